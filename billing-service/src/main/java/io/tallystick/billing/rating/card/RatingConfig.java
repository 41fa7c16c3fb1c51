package io.tallystick.billing.rating.card;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;

/** How usage is rated and billed. */
@ConfigMapping(prefix = "tallystick.rating")
public interface RatingConfig {

    /** The card that prices calls, and accounts that were given no other. */
    @WithDefault("standard")
    @NotBlank String card();

    /**
     * Length of a period: {@code P1M} for calendar months, or {@code PT<hours>H}. An account keeps the one it was
     * opened with.
     */
    @WithDefault("P1M")
    String period();

    /** {@link #period} for single tenants, by the tenant's id. */
    Map<String, String> periods();

    /** How long a period stays open after its end, for events that come late. Later ones are billed as adjustments. */
    @WithDefault("PT1H")
    Duration grace();

    /** What a new account may owe, in token units, before its tap closes. */
    @WithDefault("0")
    @Min(0) BigInteger limit();

    /**
     * Least time between posting a price and its first hour. Longer than {@link #remembered}, so that every instance
     * knows a price before it holds.
     */
    @WithDefault("PT1M")
    Duration notice();

    /** How long an instance may price by what it read before. */
    @WithDefault("PT10S")
    Duration remembered();

    /** Cards kept in memory. */
    @WithDefault("1000")
    @Min(1) @Max(100_000) int rememberedCards();

    /** Most accounts that are re-rated in one step after a new price. */
    @WithDefault("100")
    @Min(1) @Max(1000) int batch();

    /** How often accounts are looked for whose card has a version that their charges do not know. */
    @WithDefault("2s")
    Duration sweep();

    /** How often what is owed is moved to the payers' channels. */
    @WithDefault("5s")
    Duration allocateEvery();
}
