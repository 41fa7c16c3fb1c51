package io.tallystick.billing.settlement;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.math.BigInteger;
import java.time.Duration;

/** When vouchers are claimed. */
@ConfigMapping(prefix = "tallystick.settlement")
public interface SettlementConfig {

    /** Charged and not claimed, in token units, from which on a channel is claimed at once. */
    @WithDefault("1000000")
    BigInteger thresholdUnits();

    /** Longest a charge waits however small it is: what a payee can lose to a vanished payer. */
    @WithDefault("24h")
    Duration maxAge();

    /** How often channels and settlements are looked at. */
    @WithDefault("1s")
    Duration interval();

    /** Longest a channel goes without being read from the contract; half of the shortest delay to leave, at most. */
    @WithDefault("60s")
    Duration watchAfter();

    /** Most channels looked at in one turn, for each reason. */
    @WithDefault("500")
    @Min(1) @Max(10000) int channelsAtOnce();

    /** How long a channel that makes a claim fail is left alone. */
    @WithDefault("10m")
    Duration retryAfter();
}
