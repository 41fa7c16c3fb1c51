package io.tallystick.billing.payment.hold;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Capture;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.ChargeTraces;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.grant.GrantBudgets;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.HoldState.Captured;
import io.tallystick.billing.payment.HoldState.Lapsed;
import io.tallystick.billing.payment.HoldState.Open;
import io.tallystick.billing.payment.HoldState.Settling;
import io.tallystick.billing.payment.HoldState.Voided;
import io.tallystick.billing.payment.Prepaid;
import io.tallystick.billing.payment.Settlement;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.events.PaymentCaptured;
import io.tallystick.kit.outbox.Outbox;
import io.tallystick.kit.outbox.OutboxMessage;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * How holds end: charged or given up, once each. One method is one transaction; {@link Hold} and the channel decide. A
 * hold's row is locked before its channel's, everywhere.
 */
@ApplicationScoped
public class HoldEnds {
    private static final String SOURCE = "/billing-service";

    private final Database database;
    private final Channels channels;
    private final Holds holds;
    private final GrantBudgets budgets;
    private final Outbox outbox;
    private final ChargeTraces traces;

    HoldEnds(
            Database database,
            Channels channels,
            Holds holds,
            GrantBudgets budgets,
            Outbox outbox,
            ChargeTraces traces) {
        this.database = database;
        this.channels = channels;
        this.holds = holds;
        this.budgets = budgets;
        this.outbox = outbox;
        this.traces = traces;
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

    /** Marks a hold without a channel as served: from here on it is charged, unless the chain refuses its payment. */
    public Uni<Optional<Hold>> settling(UUID id, Instant now) {
        return database.inTransaction(session -> Holds.row(session, id).map(found -> {
            found.filter(row -> row.toHold().toCapture() instanceof Hold.CaptureStep.Go)
                    .ifPresent(row -> row.copyFrom(new Settling(now), now));
            return found.map(HoldEntity::toHold);
        }));
    }

    /** Ends a hold without a channel, charged in full. */
    public Uni<Settlement> settled(UUID id, String answer, Instant now) {
        return locked(id, (session, row) -> {
            var hold = row.toHold();
            return ended(hold)
                    .map(end -> Uni.createFrom().item(end))
                    .orElseGet(() -> captured(session, row, new Captured(hold.maximum(), answer, now), now));
        });
    }

    /** How a hold on its way to the chain ended meanwhile: two may have watched the same transaction. */
    private static Optional<Settlement> ended(Hold hold) {
        return switch (hold.state()) {
            case Settling _ -> Optional.empty();
            case Captured captured -> Optional.of(new Settlement.Captured(hold, captured));
            case Voided voided -> {
                Log.errorf("a hold that was told as not charged met its payment, hold=%s", hold.id());
                yield Optional.of(new Settlement.Voided(hold, voided));
            }
            case Open _, Lapsed _ -> throw new IllegalStateException("hold " + hold.id() + " is not settling");
        };
    }

    /** Gives a hold up; on a channel its maximum is free again. */
    public Uni<Settlement> release(
            UUID id, String reason, BiFunction<Hold, Optional<Channel>, String> answer, Instant now) {
        return locked(id, (session, row) -> switch (row.toHold().toVoid()) {
            case Hold.VoidStep.Done(var voided) -> Uni.createFrom().item(new Settlement.Voided(row.toHold(), voided));
            case Hold.VoidStep.Charged(var captured) ->
                Uni.createFrom().item(new Settlement.Captured(row.toHold(), captured));
            case Hold.VoidStep.Refused.ALREADY_SETTLING ->
                Uni.createFrom().item(new Settlement.Pending(row.toHold(), ""));
            case Hold.VoidStep.Go.NOTHING_HELD ->
                holds.channelOf(session, row.toHold()).map(channel -> voided(row, reason, channel, answer, now));
            case Hold.VoidStep.Go.RELEASE ->
                holds.freed(session, row.toHold(), now).map(channel -> voided(row, reason, channel, answer, now));
        });
    }

    /** Ends a hold without a channel whose payment failed on chain. */
    public Uni<Settlement> failed(UUID id, String answer, Instant now) {
        return locked(id, (_, row) -> {
            var hold = row.toHold();
            return switch (hold.state()) {
                case Settling _ -> {
                    row.copyFrom(new Voided("settlement_failed", answer, now), now);
                    yield Uni.createFrom().item(new Settlement.Failed(row.toHold(), answer));
                }
                case Voided voided -> Uni.createFrom().item(new Settlement.Voided(hold, voided));
                case Captured captured -> Uni.createFrom().item(new Settlement.Captured(hold, captured));
                case Open _, Lapsed _ -> throw new IllegalStateException("hold " + id + " is not settling");
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
                .chain(channel -> go == Hold.CaptureStep.Go.LATE
                        ? withinBudgets(session, hold).map(most -> channel.captureLate(most, cost))
                        : Uni.createFrom().item(channel.capture(hold.maximum(), cost)))
                .chain(capture -> channels.put(session, capture.channel(), now)
                        .chain(() -> counted(session, hold, capture))
                        .chain(() -> traced(session, hold, capture, now))
                        .chain(() -> {
                            row.uncovered = capture.uncovered().units();
                            return captured(
                                    session,
                                    row,
                                    new Captured(capture.charge(), answer.apply(hold, capture), now),
                                    now);
                        }));
    }

    /** What was held for a call that comes too late, as far as its grants were not spent on others since. */
    private Uni<TokenAmount> withinBudgets(Mutiny.Session session, Hold hold) {
        return Prepaid.grant(hold).isPresent()
                ? budgets.room(session, hold.id(), hold.maximum())
                : Uni.createFrom().item(hold.maximum());
    }

    private Uni<Void> counted(Mutiny.Session session, Hold hold, Capture capture) {
        return Prepaid.grant(hold).isPresent()
                ? budgets.end(session, hold.id(), capture.charge())
                : Uni.createFrom().voidItem();
    }

    private Uni<Void> traced(Mutiny.Session session, Hold hold, Capture capture, Instant now) {
        var channel = capture.channel();
        return capture.charge().isZero()
                ? Uni.createFrom().voidItem()
                : traces.put(session, channel.id(), channel.charged(), hold.id(), now);
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

    private static Settlement voided(
            HoldEntity row,
            String reason,
            Optional<Channel> channel,
            BiFunction<Hold, Optional<Channel>, String> answer,
            Instant now) {
        var state = new Voided(reason, answer.apply(row.toHold(), channel), now);
        row.copyFrom(state, now);
        row.freePayment();
        return new Settlement.Voided(row.toHold(), state);
    }

    private Uni<Settlement> locked(UUID id, BiFunction<Mutiny.Session, HoldEntity, Uni<Settlement>> work) {
        return database.inTransaction(session -> Holds.row(session, id)
                .chain(row -> row.isEmpty()
                        ? Uni.createFrom().item(Settlement.Unknown.NO_SUCH_HOLD)
                        : work.apply(session, row.get())));
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
