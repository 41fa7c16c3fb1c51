package io.tallystick.metering.usage.event;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.Funding;
import java.time.Instant;

/**
 * What a workload reported.
 *
 * @param tenant of the sender's access token
 * @param source CloudEvents {@code source}
 * @param id unique within {@code source}
 * @param time when the usage happened: the event's own time, or its arrival if it has none
 * @param data as {@link io.tallystick.metering.meter.JsonPath#find} wants it, or null
 */
public record UsageEvent(
        String tenant,
        Funding funding,
        String source,
        String id,
        String type,
        String subject,
        Instant time,
        Object data) {
    /** CloudEvents {@code source} of the gateway's own events begins with it; nobody else may use it. */
    public static final String GATEWAY_SOURCE = "/gateway/";

    public UsageEvent {
        requireNonNull(tenant, "tenant");
        requireNonNull(funding, "funding");
        requireNonNull(source, "source");
        requireNonNull(id, "id");
        requireNonNull(type, "type");
        requireNonNull(subject, "subject");
        requireNonNull(time, "time");
    }

    public EventKey key() {
        return EventKey.of(tenant, source, id);
    }

    public long digest() {
        return BodyDigest.of(type, subject, data);
    }
}
