package io.tallystick.metering.usage.counting;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.metering.usage.counting.Arrival.Reason;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What this instance counted since it started, and how far behind the log it is. */
@ApplicationScoped
class UsageMetrics {
    private final Counter counted;
    private final Counter late;
    private final Counter duplicates;
    private final Counter voided;
    private final Map<Reason, Counter> letters;
    private final Map<Integer, Instant> behindSince = new ConcurrentHashMap<>();
    private final Map<Integer, Long> waiting = new ConcurrentHashMap<>();
    private final Map<Integer, String> stopped = new ConcurrentHashMap<>();

    UsageMetrics(MeterRegistry metrics) {
        counted = Counter.builder("tallystick.usage.counted")
                .description("Events counted")
                .register(metrics);
        late = Counter.builder("tallystick.usage.late")
                .description("Events counted whose hour was over when they arrived")
                .register(metrics);
        duplicates = Counter.builder("tallystick.usage.duplicates")
                .description("Events that had been counted before and were left out")
                .register(metrics);
        voided = Counter.builder("tallystick.usage.voided")
                .description("Events taken back")
                .register(metrics);
        letters = Arrays.stream(Reason.values())
                .collect(Collectors.toMap(
                        Function.identity(),
                        reason -> Counter.builder("tallystick.usage.dead.letters")
                                .description("Acknowledged events that could not be counted")
                                .tag("reason", reason.word())
                                .register(metrics),
                        (one, _) -> one,
                        () -> new EnumMap<>(Reason.class)));
        Gauge.builder("tallystick.usage.lag", this, UsageMetrics::lagSeconds)
                .description("Age of the last event read, 0 when all are read")
                .baseUnit("seconds")
                .register(metrics);
        Gauge.builder("tallystick.usage.lag.records", this, UsageMetrics::lagRecords)
                .description("Events of the log that this instance has not read")
                .register(metrics);
        Gauge.builder("tallystick.usage.partitions.stopped", stopped, Map::size)
                .description("Partitions that are not read because the log lost what is next: an operator must decide")
                .register(metrics);
    }

    void committed(UsageBatches.Outcome outcome) {
        counted.increment(outcome.counted());
        late.increment(outcome.late());
        duplicates.increment(outcome.duplicates());
        voided.increment(outcome.voided());
        outcome.letters().forEach(letter -> letters.get(letter.reason()).increment());
    }

    void behind(int partition, Instant lastAppended) {
        behindSince.put(partition, lastAppended);
    }

    /** How many records of a partition wait to be read. */
    void waiting(int partition, long records) {
        waiting.put(partition, records);
    }

    void caughtUp(int partition) {
        behindSince.remove(partition);
    }

    void stopped(int partition, String reason) {
        stopped.put(partition, reason);
    }

    void resumed(Collection<Integer> partitions) {
        partitions.forEach(stopped::remove);
    }

    /** No longer read by this instance. */
    void released(Collection<Integer> partitions) {
        partitions.forEach(behindSince::remove);
        partitions.forEach(waiting::remove);
        resumed(partitions);
    }

    Map<Integer, String> stopped() {
        return stopped;
    }

    private double lagRecords() {
        return waiting.values().stream().mapToLong(Long::longValue).sum();
    }

    private double lagSeconds() {
        return behindSince.values().stream()
                .mapToLong(since -> Math.max(0, Instant.now().getEpochSecond() - since.getEpochSecond()))
                .max()
                .orElse(0);
    }
}
