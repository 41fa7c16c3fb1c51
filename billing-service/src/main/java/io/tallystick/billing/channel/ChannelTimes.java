package io.tallystick.billing.channel;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.TokenAmount;
import java.time.Instant;
import java.util.Optional;

/**
 * A channel, when things about it happened, and what its payer was told ahead of them.
 *
 * @param seenAt when the contract was last read
 * @param exposedSince when the oldest charge that is not claimed yet was made; empty when all is claimed
 * @param turnUntil until when a payer that was told our books has the next turn
 * @param announced the highest total its payer was told at the start of a stream, before the charge was known
 */
public record ChannelTimes(
        Channel channel,
        Instant seenAt,
        Optional<Instant> exposedSince,
        Optional<Instant> turnUntil,
        Optional<TokenAmount> announced) {

    public ChannelTimes {
        requireNonNull(channel, "channel");
        requireNonNull(seenAt, "seenAt");
        requireNonNull(exposedSince, "exposedSince");
        requireNonNull(turnUntil, "turnUntil");
        requireNonNull(announced, "announced");
    }
}
