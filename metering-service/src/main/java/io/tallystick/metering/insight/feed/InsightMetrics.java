package io.tallystick.metering.insight.feed;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.metering.insight.feed.InsightOffsets.Partition;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How far insight is behind, and what it could not take in. */
@ApplicationScoped
class InsightMetrics {
    private final Counter taken;
    private final Counter refused;
    private final Counter unreadable;
    private final Map<Partition, Long> waiting = new ConcurrentHashMap<>();
    private final Map<Partition, Instant> behindSince = new ConcurrentHashMap<>();
    private final Map<Partition, String> stopped = new ConcurrentHashMap<>();

    InsightMetrics(MeterRegistry metrics) {
        taken = Counter.builder("tallystick.insight.taken")
                .description("Events that insight took in, repeated ones too")
                .register(metrics);
        refused = Counter.builder("tallystick.insight.refused")
                .description("Events that the database refused and insight passed over; the log has each")
                .register(metrics);
        unreadable = Counter.builder("tallystick.inbox.unreadable")
                .description("Messages that this version could not read and passed over")
                .register(metrics);
        Gauge.builder("tallystick.insight.lag", this, InsightMetrics::lagSeconds)
                .description("Age of the last event that insight took in, 0 when all are")
                .baseUnit("seconds")
                .register(metrics);
        Gauge.builder("tallystick.insight.lag.records", this, InsightMetrics::lagRecords)
                .description("Events that insight has not taken in, of this instance's partitions")
                .register(metrics);
        Gauge.builder("tallystick.insight.partitions.stopped", stopped, Map::size)
                .description("Partitions that insight does not read because the broker lost what is next")
                .register(metrics);
    }

    void taken(int events) {
        taken.increment(events);
    }

    void refused() {
        refused.increment();
    }

    void unreadable() {
        unreadable.increment();
    }

    /** @param newest when the broker got the last record that was read of the partition */
    void read(Partition partition, Instant newest) {
        behindSince.put(partition, newest);
    }

    void waiting(Partition partition, long records) {
        waiting.put(partition, records);
        if (records == 0) {
            behindSince.remove(partition);
        }
    }

    void stopped(Partition partition, String reason) {
        stopped.put(partition, reason);
    }

    void resumed(Partition partition) {
        stopped.remove(partition);
    }

    /** No longer read by this instance. */
    void released(Collection<Partition> partitions) {
        partitions.forEach(waiting::remove);
        partitions.forEach(behindSince::remove);
        partitions.forEach(stopped::remove);
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
