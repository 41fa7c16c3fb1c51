package io.tallystick.billing.channel;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A channel and when things about it happened.
 *
 * @param seenAt when the contract was last read
 * @param exposedSince when the oldest charge that is not claimed yet was made; empty when all is claimed
 * @param turnUntil until when a payer that was told our books has the next turn
 */
public record ChannelTimes(
        Channel channel, Instant seenAt, Optional<Instant> exposedSince, Optional<Instant> turnUntil) {

    public ChannelTimes {
        requireNonNull(channel, "channel");
        requireNonNull(seenAt, "seenAt");
        requireNonNull(exposedSince, "exposedSince");
        requireNonNull(turnUntil, "turnUntil");
    }
}
