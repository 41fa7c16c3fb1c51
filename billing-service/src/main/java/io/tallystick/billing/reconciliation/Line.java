package io.tallystick.billing.reconciliation;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.util.List;

/**
 * One amount as several parts know it. The service compares what it keeps itself, and what the contract says where a side
 * is named so: it finds where books drifted apart, and is no proof to anybody else.
 *
 * @param name what is compared
 * @param asset what is counted; empty for calls, which are counted themselves
 * @param sides at least two, each kept by another part
 */
record Line(String name, String asset, List<Side> sides) {

    Line {
        requireNonNull(name, "name");
        requireNonNull(asset, "asset");
        sides = List.copyOf(sides);
        if (sides.size() < 2) {
            throw new IllegalArgumentException("nothing to compare: " + name);
        }
    }

    /** @param source which part says so */
    record Side(String source, BigInteger amount) {
        Side {
            requireNonNull(source, "source");
            requireNonNull(amount, "amount");
        }
    }

    /** Do all sides say the same? */
    boolean equal() {
        return sides.stream().map(Side::amount).distinct().count() == 1;
    }
}
