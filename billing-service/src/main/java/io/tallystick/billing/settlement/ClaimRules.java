package io.tallystick.billing.settlement;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.channel.ChannelTimes;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;

/**
 * When a channel's voucher is worth a transaction.
 *
 * @param threshold exposure, in token units, from which on it is
 * @param maxAge how long the oldest charge waits, however small it is
 */
public record ClaimRules(BigInteger threshold, Duration maxAge) {

    public ClaimRules {
        requireNonNull(threshold, "threshold");
        requireNonNull(maxAge, "maxAge");
    }

    /** A payer that asked to leave is claimed from at once: after its delay the voucher is worth nothing. */
    public boolean due(ChannelTimes channel, Instant now) {
        return channel.channel().closing()
                || channel.channel().exposure().units().compareTo(threshold) >= 0
                || channel.exposedSince()
                        .filter(since -> !now.isBefore(since.plus(maxAge)))
                        .isPresent();
    }
}
