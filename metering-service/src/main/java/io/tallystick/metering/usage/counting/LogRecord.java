package io.tallystick.metering.usage.counting;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Map;

/**
 * A record as it was read from the usage log.
 *
 * @param appendedAt by the broker's clock
 * @param headers as in {@link io.tallystick.events.UsageHeaders}
 * @param value the event as it was sent; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // one of thousands in a batch, never compared
public record LogRecord(int partition, long offset, Instant appendedAt, Map<String, String> headers, byte[] value) {

    public LogRecord {
        requireNonNull(appendedAt, "appendedAt");
        requireNonNull(value, "value");
        headers = Map.copyOf(headers);
    }

    String header(String name) {
        return headers.getOrDefault(name, "");
    }
}
