package io.tallystick.billing.payment.hold;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.access.TakenProofs;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.channel.HoldResult;
import io.tallystick.billing.grant.GrantBudgets;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.HoldState.Open;
import io.tallystick.billing.payment.PaymentFaults;
import io.tallystick.billing.payment.PaymentFaults.Point;
import io.tallystick.billing.payment.Prepaid;
import io.tallystick.billing.signature.ChannelId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Takes holds for callers that signed and deposited before. One method is one transaction; the channel and the grants'
 * budgets decide. Channels are locked in the order of their ids, and budgets after them.
 */
@ApplicationScoped
public class PrepaidHolds {
    /** Most channels of one caller that are looked at. */
    private static final int MOST_CHANNELS = 32;

    /** What channels pay with is this scheme's, whoever asked for it. */
    private static final String SCHEME = "batch-settlement";

    private final Database database;
    private final Channels channels;
    private final GrantBudgets budgets;
    private final TakenProofs proofs;
    private final PaymentConfig config;
    private final PaymentFaults faults;

    PrepaidHolds(
            Database database,
            Channels channels,
            GrantBudgets budgets,
            TakenProofs proofs,
            PaymentConfig config,
            PaymentFaults faults) {
        this.database = database;
        this.channels = channels;
        this.budgets = budgets;
        this.proofs = proofs;
        this.config = config;
        this.faults = faults;
    }

    /** What is left for calls, and what calls under way hold, on all channels of a caller. */
    public record Standing(TokenAmount held, TokenAmount left) {
        Standing plus(Channel channel, TokenAmount ceiling) {
            var open = channel.closing() ? TokenAmount.zero(ceiling.asset()) : channel.roomForAccounts(ceiling);
            return new Standing(held.plus(channel.held()), left.plus(open));
        }
    }

    /** A channel with the hold on it, or what none of them has. */
    private sealed interface Search {
        record Found(Channel channel) implements Search {}

        record None(TokenAmount room, boolean mayGrow) implements Search {
            None with(Channel channel, TokenAmount ceiling, TokenAmount maximum) {
                if (channel.closing()) {
                    return this;
                }
                var ifNoneCost = channel.release(channel.held()).roomForAccounts(ceiling);
                return new None(
                        room.greater(channel.roomForAccounts(ceiling)), mayGrow || !maximum.exceeds(ifNoneCost));
            }
        }
    }

    /** Sets the call's maximum aside on the first of the caller's channels that has room, within all its budgets. */
    public Uni<PrepaidTaken> take(PrepaidWish wish, Instant now) {
        return database.inTransaction(session -> before(session, wish)
                        .chain(before -> before.isPresent()
                                ? Uni.createFrom().item(before.get())
                                : ids(session, wish)
                                        .chain(ids -> search(session, wish, ids, nothing(wish)))
                                        .chain(found -> switch (found) {
                                            case Search.None none ->
                                                Uni.createFrom().item(refused(none));
                                            case Search.Found(var channel) ->
                                                withinBudgets(session, wish, channel, now);
                                        })))
                .onFailure(Database::isTaken)
                .recoverWithUni(failure -> database.inTransaction(session -> before(session, wish))
                        .map(before -> before.orElseThrow(() -> new IllegalStateException(failure))));
    }

    /** How all channels of a caller stand together. */
    public Uni<Standing> standing(Channels.Payers payers) {
        var zero = TokenAmount.zero(payers.asset());
        var nothing = new Standing(zero, zero);
        return payers.payers().isEmpty()
                ? Uni.createFrom().item(nothing)
                : channels.prepaid(payers, MOST_CHANNELS).map(found -> {
                    var sum = nothing;
                    for (var one : found) {
                        sum = sum.plus(one.channel(), one.ceiling());
                    }
                    return sum;
                });
    }

    private Uni<List<ChannelId>> ids(Mutiny.Session session, PrepaidWish wish) {
        var attempt = wish.attempt();
        var payers =
                new Channels.Payers(attempt.call().tenant(), attempt.amount().asset(), attempt.payTo(), wish.payers());
        return wish.payers().isEmpty()
                ? Uni.createFrom().item(List.of())
                : channels.prepaidIds(session, payers, MOST_CHANNELS);
    }

    private Uni<Search> search(Mutiny.Session session, PrepaidWish wish, List<ChannelId> ids, Search.None soFar) {
        if (ids.isEmpty()) {
            return Uni.createFrom().item(soFar);
        }
        var maximum = wish.attempt().amount();
        return channels.lock(session, ids.getFirst())
                .map(Optional::orElseThrow)
                .chain(channel -> channels.accountCeiling(session, channel)
                        .chain(ceiling -> switch (channel.holdPrepaid(maximum, ceiling)) {
                            case HoldResult.Held(var next) -> Uni.createFrom().item(new Search.Found(next));
                            case HoldResult.Refused _ ->
                                search(
                                        session,
                                        wish,
                                        ids.subList(1, ids.size()),
                                        soFar.with(channel, ceiling, maximum));
                        }));
    }

    private Uni<PrepaidTaken> withinBudgets(Mutiny.Session session, PrepaidWish wish, Channel channel, Instant now) {
        if (wish.line().isEmpty()) {
            return write(session, wish, channel, Optional.empty(), now);
        }
        var maximum = wish.attempt().amount();
        return budgets.lock(session, wish.line().get()).chain(line -> {
            var left = line.narrowest().left();
            return maximum.exceeds(left)
                    ? Uni.createFrom()
                            .item(
                                    line.mayHaveRoomFor(maximum)
                                            ? PrepaidTaken.Not.BUSY
                                            : new PrepaidTaken.OutOfBudget(left))
                    : write(session, wish, channel, Optional.of(line), now);
        });
    }

    private Uni<PrepaidTaken> write(
            Mutiny.Session session,
            PrepaidWish wish,
            Channel channel,
            Optional<GrantBudgets.Locked> line,
            Instant now) {
        return claimed(session, wish).chain(fresh -> {
            if (!fresh) {
                return Uni.createFrom().item(PrepaidTaken.Not.PROOF_USED);
            }
            var hold = hold(wish, channel, now);
            return session.persist(HoldEntity.of(hold, now))
                    // Before what refers to it.
                    .chain(session::flush)
                    .chain(() -> channels.put(session, channel, now))
                    .chain(() -> line.map(locked -> budgets.hold(session, locked, hold.id(), hold.maximum()))
                            .orElseGet(() -> Uni.createFrom().voidItem()))
                    .invoke(() -> faults.at(Point.HOLD_WRITTEN))
                    .replaceWith(new PrepaidTaken.Now(hold));
        });
    }

    private Uni<Boolean> claimed(Mutiny.Session session, PrepaidWish wish) {
        return wish.caller()
                .proof()
                .map(proof -> proofs.claim(session, proof.key(), proof.id(), proof.usableUntil()))
                .orElseGet(() -> Uni.createFrom().item(true));
    }

    private Hold hold(PrepaidWish wish, Channel channel, Instant now) {
        var attempt = wish.attempt();
        var id = UUID.randomUUID();
        return new Hold(
                id,
                attempt.call(),
                wish.caller().did(),
                SCHEME,
                Optional.of(channel.id()),
                "prepaid:" + id,
                attempt.amount(),
                attempt.payTo(),
                attempt.offeredAt(),
                Prepaid.of(wish.caller()),
                "",
                new Open(now.plus(config.holdFor())));
    }

    private static PrepaidTaken refused(Search.None none) {
        return none.mayGrow() ? PrepaidTaken.Not.BUSY : new PrepaidTaken.TooLittle(none.room());
    }

    private static Search.None nothing(PrepaidWish wish) {
        return new Search.None(TokenAmount.zero(wish.attempt().amount().asset()), false);
    }

    private static Uni<Optional<PrepaidTaken>> before(Mutiny.Session session, PrepaidWish wish) {
        return Holds.ofCall(session, wish.attempt().call()).map(found -> found.map(PrepaidTaken.Before::new));
    }
}
