package io.tallystick.billing.payment;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Capture;
import io.tallystick.billing.channel.ChannelTimes;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.channel.Voucher;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.payment.HoldState.Captured;
import io.tallystick.billing.payment.HoldState.Lapsed;
import io.tallystick.billing.payment.HoldState.Settling;
import io.tallystick.billing.payment.HoldState.Voided;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.events.PaymentCaptured;
import io.tallystick.kit.outbox.Outbox;
import io.tallystick.kit.outbox.OutboxMessage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * All holds. One method is one transaction; {@link Hold} and the channel decide. A hold's row is locked before its
 * channel's, everywhere.
 */
@ApplicationScoped
public class Holds {
    private static final String SOURCE = "/billing-service";

    private final Database database;
    private final Channels channels;
    private final Outbox outbox;
    private final PaymentConfig config;

    Holds(Database database, Channels channels, Outbox outbox, PaymentConfig config) {
        this.database = database;
        this.channels = channels;
        this.outbox = outbox;
        this.config = config;
    }

    public Uni<Optional<Hold>> find(UUID id) {
        return database.inTransaction(session -> session.find(HoldEntity.class, id)
                .map(row -> Optional.ofNullable(row).map(HoldEntity::toHold)));
    }

    /** The hold of a call that asked before. */
    public Uni<Optional<Hold>> ofCall(Call call) {
        return database.inTransaction(session -> ofCall(session, call));
    }

    /** Stores the voucher and sets the maximum aside on the hold's channel. */
    public Uni<Taken> take(Hold hold, Voucher voucher, Address signer, Instant now) {
        var id = hold.channel().orElseThrow();
        return database.inTransaction(session -> ofCall(session, hold.call())
                .chain(before -> before.isPresent()
                        ? Uni.createFrom().item(new Taken.Before(before.get()))
                        : channels.lockTimes(session, id)
                                .chain(found -> found.isEmpty()
                                        ? Uni.createFrom().item(Taken.Not.UNKNOWN_CHANNEL)
                                        : take(session, hold, voucher, signer, found.get(), now))));
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

    /** Charges a hold on its channel. */
    public Uni<Settlement> capture(UUID id, Ratio cost, BiFunction<Hold, Capture, String> answer, Instant now) {
        return locked(id, (session, row) -> switch (row.toHold().toCapture()) {
            case Hold.CaptureStep.Done(var captured) ->
                Uni.createFrom().item(new Settlement.Captured(row.toHold(), captured));
            case Hold.CaptureStep.GivenUp(var voided) ->
                Uni.createFrom().item(new Settlement.Voided(row.toHold(), voided));
            case Hold.CaptureStep.Go go -> charge(session, row, go, cost, answer, now);
        });
    }

    /** Marks a hold without a channel as served: from here on it is charged and never voided. */
    public Uni<Optional<Hold>> settling(UUID id, Instant now) {
        return database.inTransaction(session -> row(session, id).map(found -> {
            found.filter(row -> row.toHold().toCapture() instanceof Hold.CaptureStep.Go)
                    .ifPresent(row -> row.copyFrom(new Settling(now), now));
            return found.map(HoldEntity::toHold);
        }));
    }

    /** Ends a hold without a channel, charged in full. */
    public Uni<Settlement> settled(UUID id, String answer, Instant now) {
        return locked(id, (session, row) -> {
            var hold = row.toHold();
            if (hold.state() instanceof Captured captured) {
                return Uni.createFrom().item(new Settlement.Captured(hold, captured));
            }
            return captured(session, row, new Captured(hold.maximum(), answer, now), now);
        });
    }

    /** Gives a hold up; on a channel its maximum is free again. */
    public Uni<Settlement> release(UUID id, String reason, Function<Hold, String> answer, Instant now) {
        return locked(id, (session, row) -> switch (row.toHold().toVoid()) {
            case Hold.VoidStep.Done(var voided) -> Uni.createFrom().item(new Settlement.Voided(row.toHold(), voided));
            case Hold.VoidStep.Charged(var captured) ->
                Uni.createFrom().item(new Settlement.Captured(row.toHold(), captured));
            case Hold.VoidStep.Refused.ALREADY_SETTLING ->
                Uni.createFrom().item(new Settlement.Pending(row.toHold(), ""));
            case Hold.VoidStep.Go.NOTHING_HELD -> Uni.createFrom().item(voided(row, reason, answer, now));
            case Hold.VoidStep.Go.RELEASE ->
                freed(session, row.toHold(), now).map(_ -> voided(row, reason, answer, now));
        });
    }

    /** Ends a hold without a channel whose payment failed on chain. */
    public Uni<Settlement> failed(UUID id, String answer, Instant now) {
        return locked(id, (_, row) -> {
            row.copyFrom(new Voided("settlement_failed", answer, now), now);
            return Uni.createFrom().item(new Settlement.Failed(row.toHold(), answer));
        });
    }

    /** Keeps a hold for as long again; answers it, however it stands. */
    public Uni<Optional<Hold>> renew(UUID id, Instant now) {
        return database.inTransaction(session -> row(session, id).map(found -> {
            found.ifPresent(row -> {
                var hold = row.toHold();
                var renewed = hold.renewed(now.plus(config.holdFor()));
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

    /** Lets an expired hold's maximum go. */
    Uni<Void> lapse(UUID id, Instant now) {
        return database.inTransaction(session -> row(session, id).chain(found -> {
            if (found.isEmpty() || !found.get().toHold().expired(now)) {
                return Uni.createFrom().voidItem();
            }
            var row = found.get();
            Log.warnf("hold expired, hold=%s, tenant=%s, scheme=%s", id, row.tenant, row.scheme);
            return freed(session, row.toHold(), now).invoke(() -> {
                row.copyFrom(new Lapsed(now), now);
                row.freePayment();
            });
        }));
    }

    private Uni<Taken> take(
            Mutiny.Session session, Hold hold, Voucher voucher, Address signer, ChannelTimes found, Instant now) {
        return ofPayment(session, hold.paymentHash()).chain(other -> {
            if (other.filter(same -> same.state().holds()).isPresent()) {
                return Uni.createFrom().item(Taken.Not.BUSY);
            }
            var turnTaken = found.turnUntil().filter(now::isBefore).isPresent();
            var decided =
                    HoldDecision.of(found.channel(), hold.maximum(), voucher, signer, other.isPresent(), turnTaken);
            return switch (decided) {
                case HoldDecision.Take(var channel) ->
                    session.persist(HoldEntity.of(hold, now))
                            .chain(() -> channels.put(session, channel, now))
                            .chain(() -> channels.giveTurn(session, channel.id(), Optional.empty()))
                            .replaceWith(new Taken.Now(hold));
                case HoldDecision.Tell(var channel) ->
                    channels.put(session, channel, now)
                            .chain(() ->
                                    channels.giveTurn(session, channel.id(), Optional.of(now.plus(config.turnFor()))))
                            .replaceWith(new Taken.Behind(channel));
                case HoldDecision.Answer(var not) -> Uni.createFrom().item(not);
            };
        });
    }

    private Uni<Settlement> charge(
            Mutiny.Session session,
            HoldEntity row,
            Hold.CaptureStep.Go go,
            Ratio cost,
            BiFunction<Hold, Capture, String> answer,
            Instant now) {
        var hold = row.toHold();
        return channels.lock(session, hold.channel().orElseThrow())
                .map(Optional::orElseThrow)
                .map(channel -> go == Hold.CaptureStep.Go.LATE
                        ? channel.captureLate(hold.maximum(), cost)
                        : channel.capture(hold.maximum(), cost))
                .chain(capture -> channels.put(session, capture.channel(), now).chain(() -> {
                    row.uncovered = capture.uncovered().units();
                    return captured(
                            session, row, new Captured(capture.charge(), answer.apply(hold, capture), now), now);
                }));
    }

    private Uni<Settlement> captured(Mutiny.Session session, HoldEntity row, Captured state, Instant now) {
        row.copyFrom(state, now);
        if (state.charge().isZero()) {
            row.freePayment();
        }
        var hold = row.toHold();
        return outbox.put(session, List.of(OutboxMessage.of(SOURCE, event(hold, state), now)))
                .replaceWith(new Settlement.Captured(hold, state));
    }

    private static Settlement voided(HoldEntity row, String reason, Function<Hold, String> answer, Instant now) {
        var state = new Voided(reason, answer.apply(row.toHold()), now);
        row.copyFrom(state, now);
        row.freePayment();
        return new Settlement.Voided(row.toHold(), state);
    }

    private Uni<Void> freed(Mutiny.Session session, Hold hold, Instant now) {
        if (hold.channel().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return channels.lock(session, hold.channel().get())
                .map(Optional::orElseThrow)
                .chain(channel -> channels.put(session, channel.release(hold.maximum()), now))
                .replaceWithVoid();
    }

    private Uni<Settlement> locked(UUID id, BiFunction<Mutiny.Session, HoldEntity, Uni<Settlement>> work) {
        return database.inTransaction(session -> row(session, id)
                .chain(row -> row.isEmpty()
                        ? Uni.createFrom().item(Settlement.Unknown.NO_SUCH_HOLD)
                        : work.apply(session, row.get())));
    }

    private static Uni<Optional<HoldEntity>> row(Mutiny.Session session, UUID id) {
        return session.find(HoldEntity.class, id, LockModeType.PESSIMISTIC_WRITE)
                .map(Optional::ofNullable);
    }

    private static Uni<Optional<Hold>> ofCall(Mutiny.Session session, Call call) {
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

    private static PaymentCaptured event(Hold hold, Captured state) {
        return new PaymentCaptured(
                hold.call().tenant(),
                hold.id().toString(),
                hold.payer(),
                hold.scheme(),
                hold.channel().map(ChannelId::hex).orElse(""),
                hold.maximum().asset().id(),
                state.charge().units(),
                hold.call().route(),
                hold.call().model(),
                state.at());
    }
}
