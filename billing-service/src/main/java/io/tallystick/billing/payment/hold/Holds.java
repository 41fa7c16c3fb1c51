package io.tallystick.billing.payment.hold;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.ChannelTimes;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.channel.ForeignChannels;
import io.tallystick.billing.channel.Voucher;
import io.tallystick.billing.grant.GrantBudgets;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Call;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.HoldState.Captured;
import io.tallystick.billing.payment.HoldState.Lapsed;
import io.tallystick.billing.payment.PaymentFaults;
import io.tallystick.billing.payment.PaymentFaults.Point;
import io.tallystick.billing.payment.Prepaid;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * All holds, until they end. One method is one transaction; {@link Hold} and the channel decide. A hold's row is locked before its
 * channel's, everywhere.
 */
@ApplicationScoped
public class Holds {
    private final Database database;
    private final Channels channels;
    private final ForeignChannels foreign;
    private final GrantBudgets budgets;
    private final PaymentConfig config;
    private final PaymentFaults faults;

    Holds(
            Database database,
            Channels channels,
            ForeignChannels foreign,
            GrantBudgets budgets,
            PaymentConfig config,
            PaymentFaults faults) {
        this.database = database;
        this.channels = channels;
        this.foreign = foreign;
        this.budgets = budgets;
        this.config = config;
        this.faults = faults;
    }

    public Uni<Optional<Hold>> find(UUID id) {
        return database.inTransaction(session -> session.find(HoldEntity.class, id)
                .map(row -> Optional.ofNullable(row).map(HoldEntity::toHold)));
    }

    /** The hold of a call that asked before. */
    public Uni<Optional<Hold>> ofCall(Call call) {
        return database.inTransaction(session -> ofCall(session, call));
    }

    /** Whether a payment is used up, or held for a call. */
    public Uni<Boolean> isTaken(String paymentHash) {
        return database.inTransaction(session -> ofPayment(session, paymentHash))
                .map(Optional::isPresent);
    }

    /**
     * Stores the voucher and sets the maximum aside on the hold's channel.
     *
     * @param notes what the scheme writes down with the hold, in the same transaction
     */
    public Uni<Taken> take(Hold hold, Voucher voucher, Address signer, Notes notes, Instant now) {
        var id = hold.channel().orElseThrow();
        return database.inTransaction(session -> ofCall(session, hold.call())
                .chain(before -> before.isPresent()
                        ? Uni.createFrom().item(new Taken.Before(before.get()))
                        : channels.lockTimes(session, id)
                                .chain(found -> found.isEmpty()
                                        ? Uni.createFrom().item(Taken.Not.UNKNOWN_CHANNEL)
                                        : mayTake(session, hold, found.get().channel())
                                                .chain(may -> may
                                                        ? take(session, hold, voucher, signer, notes, found.get(), now)
                                                        : Uni.createFrom().item(Taken.Not.SERVED_ELSEWHERE)))));
    }

    /** Takes a hold that no channel backs: the payment itself is used up by it. */
    public Uni<Taken> takeAlone(Hold hold, Instant now) {
        return database.inTransaction(
                        session -> session.persist(HoldEntity.of(hold, now)).chain(session::flush))
                .<Taken>replaceWith(new Taken.Now(hold))
                .onFailure(Database::isTaken)
                .recoverWithUni(() -> ofCall(hold.call())
                        .map(before -> before.<Taken>map(Taken.Before::new).orElse(Taken.Not.PAYMENT_USED)));
    }

    /** Keeps a hold for as long again; answers it, however it stands. */
    public Uni<Optional<Hold>> renew(UUID id, Instant now) {
        return database.inTransaction(session -> row(session, id).map(found -> {
            found.ifPresent(row -> {
                var hold = row.toHold();
                var renewed = hold.renewed(now.plus(config.holdFor()), config.longestHold());
                if (!renewed.equals(hold)) {
                    row.copyFrom(renewed.state(), now);
                }
            });
            return found.map(HoldEntity::toHold);
        }));
    }

    /** Ids of holds that expired. */
    Uni<List<UUID>> expired(Instant now, int limit) {
        return database.inTransaction(session -> session.createSelectionQuery(
                        "select id from Hold where state = 'open' and expiresAt <= :now order by expiresAt", UUID.class)
                .setParameter("now", now)
                .setMaxResults(limit)
                .getResultList());
    }

    /** Ids of holds whose payment has been on its way to the chain since before {@code before}. */
    Uni<List<UUID>> settlingBefore(Instant before, int limit) {
        return database.inTransaction(session -> session.createSelectionQuery(
                        "select id from Hold where state = 'settling' and stateAt <= :before order by stateAt",
                        UUID.class)
                .setParameter("before", before)
                .setMaxResults(limit)
                .getResultList());
    }

    /** Ids of holds that ended while their grants' budgets still hold them: an older version of this service ended them. */
    Uni<List<UUID>> heldByBudgets(int limit) {
        return database.inTransaction(session -> session.createSelectionQuery(
                        "select distinct g.hold from GrantHold g join Hold h on h.id = g.hold "
                                + "where g.held > 0 and h.state not in ('open', 'settling')",
                        UUID.class)
                .setMaxResults(limit)
                .getResultList());
    }

    /** Counts against its grants' budgets how a hold ended. */
    Uni<Void> endBudgets(UUID id) {
        return database.inTransaction(session -> row(session, id).chain(found -> {
            var hold = found.orElseThrow().toHold();
            var nothing = TokenAmount.zero(hold.maximum().asset());
            return hold.state().holds()
                    ? Uni.createFrom().voidItem()
                    : budgets.end(
                            session, id, hold.state() instanceof Captured(var charge, var _, var _) ? charge : nothing);
        }));
    }

    /** Lets an expired hold's maximum go. */
    Uni<Void> lapse(UUID id, Instant now) {
        return database.inTransaction(session -> row(session, id).chain(found -> {
            if (found.isEmpty() || !found.get().toHold().expired(now)) {
                return Uni.createFrom().voidItem();
            }
            var row = found.get();
            Log.warnf("hold expired, hold=%s, tenant=%s, scheme=%s", id, row.tenant, row.scheme);
            return freed(session, row.toHold(), now)
                    .invoke(() -> {
                        row.copyFrom(new Lapsed(now), now);
                        row.freePayment();
                    })
                    .replaceWithVoid();
        }));
    }

    /** A channel's money is one tenant's, and its books are kept in one place. */
    private Uni<Boolean> mayTake(Mutiny.Session session, Hold hold, Channel channel) {
        return channel.tenant().equals(hold.call().tenant())
                ? foreign.contains(session, channel).map(elsewhere -> !elsewhere)
                : Uni.createFrom().item(false);
    }

    private Uni<Taken> take(
            Mutiny.Session session,
            Hold hold,
            Voucher voucher,
            Address signer,
            Notes notes,
            ChannelTimes found,
            Instant now) {
        return ofPayment(session, hold.paymentHash()).chain(other -> {
            if (other.filter(same -> same.state().holds()).isPresent()) {
                return Uni.createFrom().item(Taken.Not.BUSY);
            }
            var turnTaken = found.turnUntil().filter(now::isBefore).isPresent();
            var decided =
                    HoldDecision.of(found.channel(), hold.maximum(), voucher, signer, other.isPresent(), turnTaken);
            return switch (decided) {
                case HoldDecision.Take(var channel) -> {
                    var noted = notes.of(found, channel);
                    var kept = hold.noting(noted.payment());
                    yield session.persist(HoldEntity.of(kept, now))
                            .chain(() -> channels.put(session, channel, now))
                            .chain(() -> noted.announced()
                                    .map(total -> channels.announce(session, channel.id(), total))
                                    .orElseGet(() -> Uni.createFrom().voidItem()))
                            .chain(() -> channels.giveTurn(session, channel.id(), Optional.empty()))
                            .invoke(() -> faults.at(Point.HOLD_WRITTEN))
                            .replaceWith(new Taken.Now(kept));
                }
                case HoldDecision.Tell(var channel) ->
                    channels.put(session, channel, now)
                            .chain(() ->
                                    channels.giveTurn(session, channel.id(), Optional.of(now.plus(config.turnFor()))))
                            .replaceWith(new Taken.Behind(channel));
                case HoldDecision.Answer(var not) -> Uni.createFrom().item(not);
            };
        });
    }

    Uni<Optional<Channel>> freed(Mutiny.Session session, Hold hold, Instant now) {
        return channelOf(session, hold)
                .chain(channel -> channel.isEmpty()
                        ? Uni.createFrom().item(channel)
                        : channels.put(session, channel.get().release(hold.maximum()), now)
                                .chain(freed -> freeBudgets(session, hold).replaceWith(Optional.of(freed))));
    }

    private Uni<Void> freeBudgets(Mutiny.Session session, Hold hold) {
        return Prepaid.grant(hold).isPresent()
                ? budgets.end(
                        session, hold.id(), TokenAmount.zero(hold.maximum().asset()))
                : Uni.createFrom().voidItem();
    }

    Uni<Optional<Channel>> channelOf(Mutiny.Session session, Hold hold) {
        return hold.channel().map(id -> channels.lock(session, id)).orElseGet(() -> Uni.createFrom()
                .item(Optional.empty()));
    }

    static Uni<Optional<HoldEntity>> row(Mutiny.Session session, UUID id) {
        return session.find(HoldEntity.class, id, LockModeType.PESSIMISTIC_WRITE)
                .map(Optional::ofNullable);
    }

    static Uni<Optional<Hold>> ofCall(Mutiny.Session session, Call call) {
        return session.createSelectionQuery("from Hold where tenant = :tenant and callId = :call", HoldEntity.class)
                .setParameter("tenant", call.tenant())
                .setParameter("call", call.id())
                .getSingleResultOrNull()
                .map(row -> Optional.ofNullable(row).map(HoldEntity::toHold));
    }

    private static Uni<Optional<Hold>> ofPayment(Mutiny.Session session, String paymentHash) {
        return session.createSelectionQuery("from Hold where paymentTaken = :hash", HoldEntity.class)
                .setParameter("hash", paymentHash)
                .getSingleResultOrNull()
                .map(row -> Optional.ofNullable(row).map(HoldEntity::toHold));
    }
}
