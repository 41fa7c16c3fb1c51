package io.tallystick.billing;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;

/** How far this instance's consumers are behind what other services said. */
@ApplicationScoped
public class InboxLag {
    private static final Function<Consumer<Object, Object>, Long> LOOK = InboxLag::waiting;

    private final KafkaClientService clients;
    /** By channel. */
    private final Map<String, Reading> readings;

    InboxLag(KafkaClientService clients, MeterRegistry metrics) {
        this.clients = clients;
        readings = Map.of(
                "meter-advanced", new Reading("meter.advanced", metrics),
                "call-metered", new Reading("call.metered", metrics));
    }

    /** A consumer has a record in hand that the broker got at {@code appended}. */
    public void read(String channel, Instant appended) {
        readings.get(channel).newest = appended;
    }

    @Scheduled(every = "${tallystick.inbox.look-every:5s}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return Multi.createFrom()
                .iterable(readings.keySet())
                .onItem()
                .transformToUniAndConcatenate(this::look)
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Uni<Long> look(String channel) {
        var consumer = clients.<Object, Object>getConsumer(channel);
        return consumer == null
                ? Uni.createFrom().item(0L)
                : consumer.runOnPollingThread(LOOK).invoke(records -> waiting(channel, records));
    }

    void waiting(String channel, long records) {
        readings.get(channel).waiting = records;
    }

    private static long waiting(Consumer<?, ?> consumer) {
        return consumer.assignment().stream()
                .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
                .sum();
    }

    private static final class Reading {
        private volatile long waiting;
        private volatile Instant newest = Instant.now();

        Reading(String topic, MeterRegistry metrics) {
            Gauge.builder("tallystick.inbox.lag.records", () -> waiting)
                    .description("Records that this instance has not read")
                    .tag("topic", topic)
                    .register(metrics);
            Gauge.builder("tallystick.inbox.lag.seconds", this::seconds)
                    .description("Age of the last record read, 0 when all are")
                    .tag("topic", topic)
                    .register(metrics);
        }

        private long seconds() {
            return waiting == 0
                    ? 0
                    : Math.max(0, Duration.between(newest, Instant.now()).toSeconds());
        }
    }
}
