package io.tallystick.metering.insight.report;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;

/**
 * What one group of calls and usage brought and cost. Assets are never added up.
 *
 * @param counted usage that costs something, in units of its meters; empty where there is none
 * @param known what of it has a cost price
 * @param unknown meters, and models, that have none: at most twenty
 * @param assets by asset
 */
record Amounts(
        Cursor place, Optional<BigDecimal> counted, BigDecimal known, List<String> unknown, List<OfAsset> assets) {
    /** Digits behind the point of a share, and of a price per thousand calls; the only figures here that are rounded. */
    static final int SHARE_DIGITS = 6;

    private static final BigInteger THOUSAND = BigInteger.valueOf(1000);

    Amounts {
        unknown = List.copyOf(unknown);
        assets = List.copyOf(assets);
    }

    /**
     * In token units.
     *
     * @param calls that were captured
     * @param ofCalls what they were charged
     * @param ofAccounts what accounts were charged, less what was taken back
     * @param cost of the usage that has a price in this asset, exactly; empty where none has
     */
    record OfAsset(String asset, long calls, BigInteger ofCalls, BigInteger ofAccounts, Optional<BigDecimal> cost) {

        BigInteger charged() {
            return ofCalls.add(ofAccounts);
        }

        /** Whether there is more to it than a cost. */
        boolean isCharged() {
            return calls > 0 || charged().signum() != 0;
        }

        /** What a thousand calls were charged, rounded half up. */
        Optional<BigDecimal> pricePer1000Calls() {
            return calls == 0
                    ? Optional.empty()
                    : Optional.of(share(new BigDecimal(ofCalls.multiply(THOUSAND)), BigDecimal.valueOf(calls)));
        }
    }

    /** How much of the usage has a cost price: 1 if all has; empty where nothing was used that costs. */
    Optional<BigDecimal> coverage() {
        // Rounded down, so that 1 is said of all and of nothing less.
        return counted.filter(units -> units.signum() > 0)
                .map(units -> known.divide(units, SHARE_DIGITS, RoundingMode.DOWN));
    }

    /** What the usage cost, if that is known of all of it, and in one asset: the one that was charged. */
    Optional<BigDecimal> cost() {
        var complete = counted.filter(units -> units.compareTo(known) == 0).isPresent();
        return complete && assets.size() == 1 ? assets.getFirst().cost() : Optional.empty();
    }

    Optional<BigDecimal> margin() {
        return cost().map(cost -> new BigDecimal(assets.getFirst().charged()).subtract(cost));
    }

    /** Of what was charged, rounded half up. */
    Optional<BigDecimal> marginShare() {
        return margin().filter(_ -> assets.getFirst().charged().signum() > 0)
                .map(margin -> share(margin, new BigDecimal(assets.getFirst().charged())));
    }

    static BigDecimal share(BigDecimal part, BigDecimal whole) {
        return part.divide(whole, SHARE_DIGITS, RoundingMode.HALF_UP);
    }
}
