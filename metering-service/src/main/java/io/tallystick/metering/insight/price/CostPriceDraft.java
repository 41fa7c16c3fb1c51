package io.tallystick.metering.insight.price;

import io.tallystick.metering.insight.Windows;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A cost price as it is sent, as texts. What is absent is empty. */
record CostPriceDraft(String meter, String model, String effectiveFrom, String asset, String units, String per) {
    private static final String SLUG = "[a-z0-9]+(_[a-z0-9]+)*";
    private static final String ASSET = "[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}/[-a-z0-9]{3,8}:[-.%a-zA-Z0-9]{1,128}";
    private static final Instant FIRST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-01-01T00:00:00Z");

    /** What became of it. */
    sealed interface Checked {}

    record Valid(CostPrice price) implements Checked {}

    /** @param flaws at least one */
    record Invalid(List<Flaw> flaws) implements Checked {
        Invalid {
            flaws = List.copyOf(flaws);
        }
    }

    record Flaw(String pointer, String rule) {}

    Checked check() {
        var flaws = new ArrayList<Flaw>();
        if (!meter.equals(CostPrice.GAS) && (!meter.matches(SLUG) || meter.length() > 64)) {
            flaws.add(new Flaw("/meter", "must be a meter's slug, or " + CostPrice.GAS));
        }
        if (model.length() > 256 || model.indexOf(0) >= 0) {
            flaws.add(new Flaw("/model", "has at most 256 characters, none of them NUL"));
        }
        if (!asset.matches(ASSET)) {
            flaws.add(new Flaw("/asset", "must be a CAIP-19 asset type, such as eip155:84532/erc20:0x…"));
        }
        if (!units.matches("(0|[1-9][0-9]{0," + (CostPrice.UNIT_DIGITS - 1) + "})")) {
            flaws.add(new Flaw("/units", "must be a whole number of at most 38 digits, as a string"));
        }
        if (!per.matches("10{0," + CostPrice.PER_POWER + "}")) {
            flaws.add(new Flaw("/per", "must be 1 or another power of ten up to 10^18, as a string"));
        }
        var from = hour(flaws);
        return flaws.isEmpty()
                ? new Valid(new CostPrice(meter, model, from, plain(asset), new BigInteger(units), new BigInteger(per)))
                : new Invalid(flaws);
    }

    private Instant hour(List<Flaw> flaws) {
        try {
            var time = OffsetDateTime.parse(effectiveFrom).toInstant();
            if (Windows.isWholeHour(time) && !time.isBefore(FIRST) && time.isBefore(LAST)) {
                return time;
            }
        } catch (DateTimeException _) {
            // Answered below, as any other time that no price begins at.
        }
        flaws.add(new Flaw("/effectiveFrom", "must be a whole UTC hour such as 2026-01-31T12:00:00Z"));
        return Instant.EPOCH;
    }

    /** Billing writes the addresses of Ethereum's chains in lower case; their capitals are a checksum and no more. */
    private static String plain(String asset) {
        return asset.startsWith("eip155:") ? asset.toLowerCase(Locale.ROOT) : asset;
    }
}
