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
 * @param revision 0 as it was first sent; an amendment has the next, and takes the place of the one before
 */
public record UsageEvent(
        String tenant,
        Funding funding,
        String source,
        String id,
        String type,
        String subject,
        Instant time,
        Object data,
        int revision) {
    /** CloudEvents {@code source} of the gateway's own events begins with it; nobody else may use it. */
    public static final String GATEWAY_SOURCE = "/gateway/";

    /** Most often that one event is amended. */
    public static final int REVISIONS = 1_000;

    public UsageEvent {
        requireNonNull(tenant, "tenant");
        requireNonNull(funding, "funding");
        requireNonNull(source, "source");
        requireNonNull(id, "id");
        requireNonNull(type, "type");
        requireNonNull(subject, "subject");
        requireNonNull(time, "time");
        if (revision < 0 || revision > REVISIONS) {
            throw new IllegalArgumentException("not a revision: " + revision);
        }
    }

    /** As it was first sent. */
    public UsageEvent(
            String tenant,
            Funding funding,
            String source,
            String id,
            String type,
            String subject,
            Instant time,
            Object data) {
        this(tenant, funding, source, id, type, subject, time, data, 0);
    }

    /** This event as the revision of that number. */
    public UsageEvent as(int number) {
        return new UsageEvent(tenant, funding, source, id, type, subject, time, data, number);
    }

    public EventKey key() {
        return EventKey.of(tenant, source, id, revision);
    }

    public long digest() {
        return BodyDigest.of(type, subject, data);
    }
}
