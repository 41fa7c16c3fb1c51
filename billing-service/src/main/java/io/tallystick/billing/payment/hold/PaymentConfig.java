package io.tallystick.billing.payment.hold;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How long calls are held, and how they wait for each other. */
@ConfigMapping(prefix = "tallystick.payment")
public interface PaymentConfig {

    /**
     * How long a maximum stays set aside without a sign of life. A capture that comes later still charges what is
     * left.
     */
    @WithDefault("3m")
    Duration holdFor();

    /** How long a hold is kept in all, counted from its offer, however often the stream it pays for renews it. */
    @WithDefault("40m")
    Duration longestHold();

    /** How often expired holds are looked for, and settlements that were cut off are taken up again. */
    @WithDefault("10s")
    Duration sweepEvery();

    /** Most holds one sweep handles. */
    @WithDefault("200")
    @Min(1) @Max(10_000) int sweepAtMost();

    /** How long a capture on its way to the chain is left alone before a sweep asks again. */
    @WithDefault("30s")
    Duration settlingFor();

    /** Longest a call waits for the channel's calls before it. Payers' clients wait 90 s in all. */
    @WithDefault("25s")
    Duration waitForTurn();

    /**
     * How long after a call asked it may still be held. Shorter than the gateway waits
     * ({@code tallystick.gateway.billing-timeout}), or a hold that nobody knows of would block the channel.
     */
    @WithDefault("65s")
    Duration authorizeWithin();

    /** Most calls of one channel that wait; further ones are told that the channel is busy. */
    @WithDefault("128")
    @Min(1) @Max(10_000) int waitingCalls();

    /** How often the first of them looks whether it is its turn. */
    @WithDefault("25ms")
    Duration lookEvery();

    /** For how long a payer that was told our books goes before all others of its channel. */
    @WithDefault("2s")
    Duration turnFor();
}
