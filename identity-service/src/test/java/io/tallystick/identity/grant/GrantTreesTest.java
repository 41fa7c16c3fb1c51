package io.tallystick.identity.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.identity.grant.Limits.Excess;
import io.tallystick.identity.grant.SpendGrant.Agent;
import io.tallystick.identity.grant.SpendGrant.Delegation;
import io.tallystick.identity.grant.SpendGrant.Narrower;
import io.tallystick.identity.grant.SpendGrant.NoChild;
import io.tallystick.identity.grant.SpendGrant.Origin;
import io.tallystick.identity.grant.SpendGrant.Parent;
import io.tallystick.identity.grant.SpendGrant.Root;
import io.tallystick.identity.grant.SpendGrant.Wider;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Over random trees of grants: every child that narrows its parent hangs below it, and none that widens it in anything.
 * What narrows and what widens is known from how the child was made, not from the rule under test.
 */
class GrantTreesTest {
    private static final int TREES = 10_000;
    private static final List<String> NAMES = List.of("acme", "bolt", "core", "dyne", "echo");
    private static final Instant START = Instant.ofEpochSecond(1_780_000_000);

    /** The rule that a child is held to. */
    private interface Rule {
        Delegation decide(SpendGrant child, SpendGrant parent, String signedBy);
    }

    @Test
    void everyNarrowingChildIsAcceptedAndEveryWideningOneRefused() {
        for (long seed = 0; seed < TREES; seed++) {
            assertThat(broken(SpendGrant::from, seed)).as("seed " + seed).isEmpty();
        }
    }

    /** The property would see a rule that forgot one limit: each is planted once. */
    @ParameterizedTest
    @EnumSource(Excess.class)
    void aRuleThatForgetsALimitIsFound(Excess forgotten) {
        Rule careless = (child, parent, signedBy) -> {
            if (!(child.from(parent, signedBy) instanceof Wider(var found))) {
                return child.from(parent, signedBy);
            }
            var excess = new HashSet<>(found);
            excess.remove(forgotten);
            return excess.isEmpty() ? new Narrower() : new Wider(excess);
        };
        var found = new TreeSet<String>();
        for (long seed = 0; seed < 200; seed++) {
            found.addAll(broken(careless, seed));
        }

        assertThat(found).containsExactly(forgotten + " was not refused");
    }

    @Test
    void aRuleThatAsksNotWhoSignedIsFound() {
        Rule careless = (child, parent, _) -> child.from(parent, parent.agent().key());
        var found = new TreeSet<String>();
        for (long seed = 0; seed < 200; seed++) {
            found.addAll(broken(careless, seed));
        }

        assertThat(found).containsExactly("a stranger's key was not refused");
    }

    /** What of the property this tree breaks. */
    private static List<String> broken(Rule rule, long seed) {
        var random = new Random(seed);
        var broken = new ArrayList<String>();
        var parent = root(random);
        while (parent.limits().depth() > 0) {
            var narrower = narrower(parent.limits(), random);
            var child = child(parent, narrower, random);
            if (!rule.decide(child, parent, parent.agent().key()).equals(new Narrower())) {
                broken.add("a narrowing child was refused");
            }
            for (var excess : EnumSet.allOf(Excess.class)) {
                var wider = child(parent, widened(narrower, parent.limits(), excess), random);
                if (!rule.decide(wider, parent, parent.agent().key()).equals(new Wider(Set.of(excess)))) {
                    broken.add(excess + " was not refused");
                }
            }
            if (rule.decide(child, parent, hash(random)) != NoChild.NOT_SIGNED_BY_ITS_AGENT) {
                broken.add("a stranger's key was not refused");
            }
            if (rule.decide(child, sameName(parent, random), parent.agent().key()) != NoChild.OTHER_PARENT) {
                broken.add("another text of the parent's name was not refused");
            }
            parent = child;
        }
        return broken;
    }

    @Test
    void aGrantThatHangsBelowItselfOrItsChildIsNone() {
        var random = new Random(1);
        var root = grant(depth(root(random).limits(), 3), new Root(), "did:key:zClient", random);
        var child = child(root, depth(root.limits(), 2), random);
        var grandchild = child(child, depth(child.limits(), 1), random);

        assertThat(root.from(root, root.agent().key())).isEqualTo(NoChild.OTHER_PARENT);
        assertThat(child.from(child, child.agent().key())).isEqualTo(NoChild.OTHER_PARENT);
        // A text that named its own digest would be needed, and for a longer loop two that name each other's.
        assertThat(child.from(grandchild, grandchild.agent().key())).isEqualTo(NoChild.OTHER_PARENT);
        assertThat(root.from(grandchild, grandchild.agent().key())).isEqualTo(NoChild.OTHER_PARENT);
    }

    @Test
    void aGrantThatMayNotBePassedOnHasNoChild() {
        var random = new Random(2);
        var leaf = grant(limits(100, 10, Set.of("acme"), Set.of("*"), 0, 0, 100), new Root(), "did:key:zA", random);
        var child = child(leaf, leaf.limits(), random);

        assertThat(child.from(leaf, leaf.agent().key())).isEqualTo(new Wider(Set.of(Excess.DEPTH)));
    }

    @Test
    void anyModelMayBecomeSomeAndNeverTheOtherWayRound() {
        var any = limits(100, 10, Set.of("acme"), Set.of("*"), 1, 0, 100);
        var some = limits(100, 10, Set.of("acme"), Set.of("small", "large"), 0, 0, 100);

        assertThat(some.beyond(any)).isEmpty();
        assertThat(any.beyond(some)).contains(Excess.MODELS);
    }

    @Test
    void anAgentNeedsAKeyOfTheRightForm() {
        assertThatThrownBy(() -> new Agent("did:key:zA", "short")).isInstanceOf(IllegalArgumentException.class);
    }

    private static SpendGrant root(Random random) {
        // Above the least and below the most, so that each limit can be widened.
        var limits = limits(
                1_000 + random.nextInt(1_000_000),
                100 + random.nextInt(900),
                some(Set.copyOf(NAMES.subList(0, 4)), random),
                some(Set.copyOf(NAMES.subList(0, 4)), random),
                1 + random.nextInt(Limits.MAX_DEPTH),
                1_000 + random.nextInt(1_000),
                10_000 + random.nextInt(100_000));
        return grant(limits, new Root(), "did:key:zClient", random);
    }

    private static SpendGrant child(SpendGrant parent, Limits limits, Random random) {
        return grant(
                limits,
                new Parent(parent.jti(), parent.digest()),
                parent.agent().did(),
                random);
    }

    private static SpendGrant sameName(SpendGrant of, Random random) {
        return new SpendGrant(of.jti(), hash(random), of.issuer(), of.agent(), of.limits(), of.origin());
    }

    private static SpendGrant grant(Limits limits, Origin origin, String issuer, Random random) {
        var agent = new Agent("did:key:z" + Long.toString(random.nextLong() >>> 1, 36), hash(random));
        return new SpendGrant(hash(random), hash(random), issuer, agent, limits, origin);
    }

    private static Limits narrower(Limits parent, Random random) {
        var budget = upTo(parent.budgetUnits(), random);
        return new Limits(
                parent.asset(),
                budget,
                upTo(parent.capUnits().min(budget), random),
                some(parent.payees(), random),
                some(parent.models(), random),
                random.nextInt(parent.depth()),
                parent.notBefore().plusSeconds(random.nextInt(3)),
                parent.expiresAt().minusSeconds(random.nextInt(3)));
    }

    /** {@code child} changed so that exactly one of its limits is above its parent's. */
    private static Limits widened(Limits child, Limits parent, Excess excess) {
        return switch (excess) {
            case ASSET ->
                new Limits(
                        child.asset().replace("84532", "8453"),
                        child.budgetUnits(),
                        child.capUnits(),
                        child.payees(),
                        child.models(),
                        child.depth(),
                        child.notBefore(),
                        child.expiresAt());
            case BUDGET -> amounts(child, parent.budgetUnits().add(BigInteger.ONE), child.capUnits());
            // The budget stays the parent's, which its cap may be as high as.
            case CAP -> amounts(child, parent.budgetUnits(), parent.capUnits().add(BigInteger.ONE));
            case PAYEES -> names(child, with(child.payees(), NAMES.getLast()), child.models());
            case MODELS -> names(child, child.payees(), with(child.models(), NAMES.getLast()));
            case DEPTH -> depth(child, parent.depth());
            case NOT_BEFORE -> times(child, parent.notBefore().minusSeconds(1), child.expiresAt());
            case EXPIRY -> times(child, child.notBefore(), parent.expiresAt().plusSeconds(1));
        };
    }

    private static Limits amounts(Limits of, BigInteger budget, BigInteger cap) {
        return new Limits(
                of.asset(), budget, cap, of.payees(), of.models(), of.depth(), of.notBefore(), of.expiresAt());
    }

    private static Limits names(Limits of, Set<String> payees, Set<String> models) {
        return new Limits(
                of.asset(),
                of.budgetUnits(),
                of.capUnits(),
                payees,
                models,
                of.depth(),
                of.notBefore(),
                of.expiresAt());
    }

    private static Limits depth(Limits of, int depth) {
        return new Limits(
                of.asset(),
                of.budgetUnits(),
                of.capUnits(),
                of.payees(),
                of.models(),
                depth,
                of.notBefore(),
                of.expiresAt());
    }

    private static Limits times(Limits of, Instant notBefore, Instant expiresAt) {
        return new Limits(
                of.asset(),
                of.budgetUnits(),
                of.capUnits(),
                of.payees(),
                of.models(),
                of.depth(),
                notBefore,
                expiresAt);
    }

    private static Limits limits(
            long budget, long cap, Set<String> payees, Set<String> models, int depth, long from, long until) {
        return new Limits(
                GrantMaker.ASSET,
                BigInteger.valueOf(budget),
                BigInteger.valueOf(cap),
                payees,
                models,
                depth,
                START.plusSeconds(from),
                START.plusSeconds(until));
    }

    private static BigInteger upTo(BigInteger most, Random random) {
        return BigInteger.valueOf(1 + random.nextLong(most.longValueExact()));
    }

    private static Set<String> some(Set<String> of, Random random) {
        var names = new TreeSet<>(of);
        while (names.size() > 1 && random.nextInt(3) == 0) {
            names.pollFirst();
        }
        return names;
    }

    private static Set<String> with(Set<String> names, String another) {
        var more = new TreeSet<>(names);
        more.add(another);
        return more;
    }

    private static String hash(Random random) {
        var text = new StringBuilder();
        for (int i = 0; i < 43; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }
}
