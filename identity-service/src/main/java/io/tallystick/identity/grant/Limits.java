package io.tallystick.identity.grant;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How far a spend grant goes.
 *
 * @param asset what is spent, a CAIP-19 name in lower case
 * @param budgetUnits token units that may be spent in all; {@code 0 < budgetUnits < 2^128}
 * @param capUnits token units that one call may cost at most; {@code 0 < capUnits <= budgetUnits}
 * @param payees who may be paid: tenants by their ids, accounts by their CAIP-10 names in lower case
 * @param models which models may be called; {@link #ANY_MODEL} alone for all
 * @param depth how often it may be passed on
 * @param notBefore when it begins to hold, included
 * @param expiresAt when it ends, not included
 */
public record Limits(
        String asset,
        BigInteger budgetUnits,
        BigInteger capUnits,
        Set<String> payees,
        Set<String> models,
        int depth,
        Instant notBefore,
        Instant expiresAt) {
    /** A grant that is passed on more often than this is a mistake or an attack. */
    public static final int MAX_DEPTH = 5;

    /** Payees or models of one grant. */
    public static final int MAX_NAMES = 32;

    public static final String ANY_MODEL = "*";

    private static final Pattern ASSET = Pattern.compile("eip155:[1-9][0-9]{0,17}/erc20:0x[0-9a-f]{40}");

    /** One spelling of each: two that mean the same account would be two payees. */
    private static final Pattern PAYEE =
            Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,62})|eip155:[1-9][0-9]{0,17}:0x[0-9a-f]{40}");

    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}");

    /** What in a child goes beyond its parent. */
    public enum Excess {
        /** Another asset. */
        ASSET,
        BUDGET,
        CAP,
        PAYEES,
        MODELS,
        DEPTH,
        /** It begins before its parent. */
        NOT_BEFORE,
        /** It ends after its parent. */
        EXPIRY
    }

    public Limits {
        requireNonNull(notBefore, "notBefore");
        requireNonNull(expiresAt, "expiresAt");
        payees = Set.copyOf(payees);
        models = Set.copyOf(models);
        require(ASSET.matcher(asset).matches(), "asset must be eip155:<chain>/erc20:0x<40 digits in lower case>");
        require(isAmount(budgetUnits), "budget must be above zero and below 2^128");
        require(isAmount(capUnits) && capUnits.compareTo(budgetUnits) <= 0, "cap must be above zero, at most budget");
        require(
                isList(payees, PAYEE),
                "payees must be 1 to 32 tenants, or accounts as eip155:<chain>:0x<40 digits in lower case>");
        require(models.equals(Set.of(ANY_MODEL)) || isList(models, MODEL), "models must be 1 to 32 names, or * alone");
        require(depth >= 0 && depth <= MAX_DEPTH, "depth must be 0 to " + MAX_DEPTH);
        require(notBefore.isBefore(expiresAt), "nbf must be before exp");
    }

    /** What of these limits {@code parent} does not have room for; empty if they narrow it, or say the same. */
    public Set<Excess> beyond(Limits parent) {
        var excess = EnumSet.noneOf(Excess.class);
        add(excess, Excess.ASSET, !asset.equals(parent.asset));
        add(excess, Excess.BUDGET, budgetUnits.compareTo(parent.budgetUnits) > 0);
        add(excess, Excess.CAP, capUnits.compareTo(parent.capUnits) > 0);
        add(excess, Excess.PAYEES, !parent.payees.containsAll(payees));
        add(excess, Excess.MODELS, !parent.models.contains(ANY_MODEL) && !parent.models.containsAll(models));
        add(excess, Excess.DEPTH, depth >= parent.depth);
        add(excess, Excess.NOT_BEFORE, notBefore.isBefore(parent.notBefore));
        add(excess, Excess.EXPIRY, expiresAt.isAfter(parent.expiresAt));
        return excess;
    }

    private static void add(Set<Excess> to, Excess excess, boolean found) {
        if (found) {
            to.add(excess);
        }
    }

    private static boolean isAmount(BigInteger units) {
        return units.signum() > 0 && units.bitLength() <= 128;
    }

    private static boolean isList(Set<String> names, Pattern shape) {
        return !names.isEmpty()
                && names.size() <= MAX_NAMES
                && names.stream().allMatch(name -> shape.matcher(name).matches());
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
