package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.time.Instant;

/**
 * Whether a channel or a post-paid account may be served, and for how much more.
 *
 * @param tenant the provider
 * @param id the channel's id, or the account's subject
 * @param subject who pays
 * @param asset what is counted, as a CAIP-19 asset type
 * @param serving whether further holds are taken
 * @param available token units that a hold could take now, at least 0
 * @param version rises with every change of this channel; a reader keeps the highest it saw
 * @param time when it changed
 */
public record ChannelChanged(
        String tenant,
        String id,
        String subject,
        String asset,
        Serving serving,
        BigInteger available,
        long version,
        Instant time)
        implements DomainEvent {

    /** May the payer be served? */
    public enum Serving {
        OPEN,
        /** Still served, but what is left would not pay for a usual call. */
        LOW,
        CLOSED
    }

    public ChannelChanged {
        requireNonNull(tenant, "tenant");
        requireNonNull(id, "id");
        requireNonNull(subject, "subject");
        requireNonNull(asset, "asset");
        requireNonNull(serving, "serving");
        requireNonNull(time, "time");
        if (available.signum() < 0) {
            throw new IllegalArgumentException("available below zero: " + available);
        }
    }

    @Override
    public String key() {
        return DomainEvent.keyOf(tenant, id);
    }
}
