package io.tallystick.metering.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tallystick.kit.problem.UnavailableException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** What a sender is told when Kafka does not answer: that, soon, and when to come back. */
class UsageLogTest {

    @Test
    void saysThatABrokerIsAwayWithoutHoldingTheCaller() throws Exception {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var log = new UsageLog(
                config(Duration.ofMillis(500)), "usage.recorded", Map.of("bootstrap.servers", "127.0.0.1:" + port));

        var before = Instant.now();
        var appended = log.append(entry("e1")).toCompletableFuture();

        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(2));
        assertThatThrownBy(() -> appended.get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(UnavailableException.class, away -> {
                    assertThat(away.dependency()).isEqualTo("kafka");
                    assertThat(away.retryAfter()).isEqualTo(Duration.ofSeconds(2));
                });
        log.close();
    }

    /** A send without metadata used to wait for it: 40 of them took two seconds of the event loop. */
    @Test
    void doesNotTryTheRestOfABatchWhoseFirstFailed() {
        var log = new UsageLog(
                config(Duration.ofMillis(500)), "usage.recorded", Map.of("bootstrap.servers", "127.0.0.1:1"));
        var entries = IntStream.range(0, 500).mapToObj(i -> entry("e" + i)).toList();
        assertThat(log.append(entry("first")).toCompletableFuture()).isCompletedExceptionally();

        var before = System.nanoTime();
        var appended = log.append(entries).toCompletableFuture();
        var held = Duration.ofNanos(System.nanoTime() - before);

        assertThat(appended).isCompletedExceptionally();
        assertThat(held).isLessThan(Duration.ofSeconds(2));
        assertThat(log.inFlightBytes()).isZero();
        log.close();
    }

    @Test
    void sendsNoMoreOfABatchAfterAFailureAndCountsWhatStillWaits() {
        var kafka = new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        var log = new UsageLog(config(Duration.ofMillis(500)), "usage.recorded", kafka);
        var one = entry("e1");

        var appended = log.append(List.of(one, one, one)).toCompletableFuture();
        kafka.errorNext(new TimeoutException("lost"));

        // Two of the three are still Kafka's: they take their place until it lets go of them.
        assertThat(appended).isCompletedExceptionally();
        assertThat(log.inFlightBytes()).isEqualTo(2 * one.bytes());
        kafka.completeNext();
        kafka.completeNext();
        assertThat(log.inFlightBytes()).isZero();

        kafka.sendException = new TimeoutException("away");
        var refused = log.append(List.of(one, one, one)).toCompletableFuture();
        assertThat(refused).isCompletedExceptionally();
        assertThat(kafka.history()).hasSize(3);
        assertThat(log.inFlightBytes()).isZero();
    }

    @Test
    void completesWhenEachIsAcknowledged() {
        var kafka = new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        var log = new UsageLog(config(Duration.ofMillis(500)), "usage.recorded", kafka);

        var appended = log.append(List.of(entry("e1"), entry("e2"))).toCompletableFuture();
        kafka.completeNext();
        assertThat(appended).isNotDone();
        kafka.completeNext();

        assertThat(appended).isCompleted();
        assertThat(log.append(List.of()).toCompletableFuture()).isCompleted();
    }

    @Test
    void countsKeysAndHeadersAmongWhatWaits() {
        var kafka = new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        var log = new UsageLog(config(Duration.ofMillis(500)), "usage.recorded", kafka);
        var small = UsageEntry.ofAccount("t", "s".repeat(256), "did:key:z".repeat(50), new byte[1]);

        var appended = log.append(Collections.nCopies(2_000, small)).toCompletableFuture();

        assertThat(appended).isCompletedExceptionally();
        assertThat(kafka.history()).isEmpty();
        assertThat(log.inFlightBytes()).isZero();
    }

    @Test
    void asksToComeBackWhenTooMuchWaits() throws Exception {
        var log = new UsageLog(
                config(Duration.ofMillis(500)), "usage.recorded", Map.of("bootstrap.servers", "127.0.0.1:1"));
        var tooMuch = UsageEntry.ofAccount("t", "s", "did:key:z", new byte[1_048_577]);

        assertThatThrownBy(() -> log.append(tooMuch).toCompletableFuture().get(1, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(UnavailableException.class)
                .cause()
                .hasMessageContaining("too much waits");
        log.close();
    }

    private static UsageEntry entry(String id) {
        return UsageEntry.ofAccount("t", "s", "did:key:z", id.getBytes(StandardCharsets.UTF_8));
    }

    private static UsageLogConfig config(Duration delivery) {
        return new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 100, new DurationConverter())
                .withMapping(UsageLogConfig.class)
                .withDefaultValue("tallystick.usage.log.delivery-timeout", delivery.toString())
                .withDefaultValue("tallystick.usage.log.in-flight-bytes", "1048576")
                .build()
                .getConfigMapping(UsageLogConfig.class);
    }
}
