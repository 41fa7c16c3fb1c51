package io.tallystick.billing.payment.prepaid;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.grant.GrantBudget;
import io.tallystick.billing.grant.GrantBudgets;
import io.tallystick.billing.grant.GrantLine;
import io.tallystick.billing.grant.GrantRefusal;
import io.tallystick.billing.grant.Spender;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.payment.Attempt;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.KnownCaller;
import io.tallystick.billing.payment.PaymentFaults;
import io.tallystick.billing.payment.PaymentFaults.Point;
import io.tallystick.billing.payment.Prepaid;
import io.tallystick.billing.payment.Taps;
import io.tallystick.billing.payment.hold.PrepaidHolds;
import io.tallystick.billing.payment.hold.PrepaidHolds.Standing;
import io.tallystick.billing.payment.hold.PrepaidTaken;
import io.tallystick.billing.payment.hold.PrepaidWish;
import io.tallystick.billing.payment.hold.Turns;
import io.tallystick.kit.access.AccessRefused;
import io.tallystick.kit.access.GrantView;
import io.tallystick.kit.access.IdentityView;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Authorizes calls of known callers. Calls of one caller wait for each other as calls of one channel do. */
@ApplicationScoped
public class PrepaidCalls {
    private final IdentityView identity;
    private final Taps taps;
    private final Turns turns;
    private final PrepaidHolds holds;
    private final GrantBudgets budgets;
    private final PaymentFaults faults;

    PrepaidCalls(
            IdentityView identity,
            Taps taps,
            Turns turns,
            PrepaidHolds holds,
            GrantBudgets budgets,
            PaymentFaults faults) {
        this.identity = identity;
        this.taps = taps;
        this.turns = turns;
        this.holds = holds;
        this.budgets = budgets;
        this.faults = faults;
    }

    /**
     * Holds the call's maximum, or says why not. The very same call again is answered with its hold.
     *
     * @throws AccessRefused if too little is known of identity-service to say
     */
    public Uni<PrepaidTaken> authorize(Attempt attempt, KnownCaller caller, Instant now) {
        if (!identity.knowsAccounts(now)) {
            throw new AccessRefused(
                    AccessRefused.Reason.IDENTITY_SILENT,
                    "Whose accounts pay cannot be told while identity-service is silent; try again.");
        }
        var tenant = attempt.call().tenant();
        var line = caller.spender().map(spender -> line(attempt, caller.did(), spender, now));
        if (line.isPresent() && line.get() instanceof Line.Not(var why)) {
            return Uni.createFrom().item(new PrepaidTaken.NotByGrant(why));
        }
        var payers = payers(tenant, caller.did(), attempt.amount().asset(), now);
        var grants = line.map(found -> ((Line.Spends) found).line());
        return served(tenant, payers)
                .chain(open -> open.isEmpty() && !payers.isEmpty()
                        ? Uni.createFrom().item(PrepaidTaken.Not.ACCOUNT_LIMIT)
                        : take(new PrepaidWish(attempt, caller, open, grants), now));
    }

    /** What is held for a hold's caller and what is left: of its grants, or on all of its channels. */
    public Uni<Standing> standing(Hold hold, Instant now) {
        return Prepaid.grant(hold).isPresent()
                ? budgets.narrowestOf(hold.id()).map(Optional::orElseThrow).map(PrepaidCalls::standing)
                : holds.standing(payersOf(hold, now));
    }

    private Uni<PrepaidTaken> take(PrepaidWish wish, Instant now) {
        var line = wish.attempt().call().tenant() + " " + wish.caller().did();
        return turns.takeAlone(line, now, PrepaidTaken.Not.BUSY, () -> holds.take(wish, Instant.now()))
                .invoke(() -> faults.at(Point.HELD))
                // Others wait behind it: it goes on to its end though who asked has hung up.
                .memoize()
                .indefinitely();
    }

    /** A grant as it is now, or why it does not allow the call. */
    private sealed interface Line {
        record Spends(GrantLine line) implements Line {}

        record Not(GrantRefusal why) implements Line {}
    }

    private Line line(Attempt attempt, String client, Spender spender, Instant now) {
        var call = attempt.call();
        return switch (identity.grant(call.tenant(), spender.grant(), now)) {
            case GrantView.HoldsNot _ -> new Line.Not(GrantRefusal.HOLDS_NOT);
            case GrantView.Holds(var grants) -> {
                var line = new GrantLine(grants);
                yield line.refuses(client, spender, call.tenant(), attempt.payTo(), call.model(), attempt.amount())
                        .<Line>map(Line.Not::new)
                        .orElseGet(() -> new Line.Spends(line));
            }
        };
    }

    /** Those who may be served: whoever owes too much for what is billed later may not. */
    private Uni<Set<Address>> served(String tenant, Set<Address> payers) {
        return Multi.createFrom()
                .iterable(payers)
                .onItem()
                .transformToUniAndConcatenate(payer -> Uni.createFrom()
                        .completionStage(() -> taps.isOpen(tenant, payer))
                        .map(open -> open ? Optional.of(payer) : Optional.<Address>empty()))
                .collect()
                .asList()
                .map(open -> open.stream().flatMap(Optional::stream).collect(Collectors.toUnmodifiableSet()));
    }

    private Channels.Payers payersOf(Hold hold, Instant now) {
        var asset = hold.maximum().asset();
        var tenant = hold.call().tenant();
        return new Channels.Payers(tenant, asset, hold.payTo(), payers(tenant, hold.payer(), asset, now));
    }

    /** The accounts on the asset's chain that are the DID's own. */
    private Set<Address> payers(String tenant, String did, Asset asset, Instant now) {
        var ofChain = "did:pkh:" + asset.network() + ":";
        return identity.subjects(tenant, did, now).stream()
                .filter(subject -> subject.startsWith(ofChain))
                .map(subject -> Address.of(subject.substring(ofChain.length())))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Standing standing(GrantBudget budget) {
        return new Standing(budget.held(), budget.left());
    }
}
