package io.tallystick.billing.x402.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Capture;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.ForeignChannels;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Attempt;
import io.tallystick.billing.payment.Authorization;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.HoldState.Open;
import io.tallystick.billing.payment.PaymentFaults;
import io.tallystick.billing.payment.PaymentFaults.Point;
import io.tallystick.billing.payment.PaymentScheme;
import io.tallystick.billing.payment.Prepaid;
import io.tallystick.billing.payment.Settlement;
import io.tallystick.billing.payment.hold.HoldEnds;
import io.tallystick.billing.payment.hold.Holds;
import io.tallystick.billing.payment.hold.PaymentConfig;
import io.tallystick.billing.payment.hold.Taken;
import io.tallystick.billing.payment.hold.Turns;
import io.tallystick.billing.x402.Answers;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.Offers;
import io.tallystick.billing.x402.Wire;
import io.tallystick.billing.x402.X402Config;
import io.tallystick.billing.x402.batch.Deposits.Result;
import io.tallystick.billing.x402.batch.Terms.Checked;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Pays from a channel: a deposit now and then, a voucher for each call, a refund at the end. */
@ApplicationScoped
class BatchScheme implements PaymentScheme {
    private final Escrow escrow;
    private final Deposits deposits;
    private final Refunds refunds;
    private final Holds holds;
    private final HoldEnds ends;
    private final Turns turns;
    private final ForeignChannels foreign;
    private final BatchPayloads payloads;
    private final Answers answers;
    private final Wire wire;
    private final Offers offers;
    private final X402Config config;
    private final PaymentConfig payment;
    private final PaymentFaults faults;

    BatchScheme(
            Escrow escrow,
            Deposits deposits,
            Refunds refunds,
            Holds holds,
            HoldEnds ends,
            Turns turns,
            ForeignChannels foreign,
            BatchPayloads payloads,
            Answers answers,
            Wire wire,
            Offers offers,
            X402Config config,
            PaymentConfig payment,
            PaymentFaults faults) {
        this.escrow = escrow;
        this.deposits = deposits;
        this.refunds = refunds;
        this.holds = holds;
        this.ends = ends;
        this.turns = turns;
        this.foreign = foreign;
        this.payloads = payloads;
        this.answers = answers;
        this.wire = wire;
        this.offers = offers;
        this.config = config;
        this.payment = payment;
        this.faults = faults;
    }

    @Override
    public String name() {
        return Offers.BATCH_SETTLEMENT;
    }

    @Override
    public CompletionStage<Authorization> authorize(Attempt attempt, Instant now) {
        var authorized =
                switch (payloads.read(wire.object(attempt.payload()))) {
                    case BatchPayloads.Read.Not(var code) -> refused(code);
                    case BatchPayloads.Read.Ok(var payload) -> checked(attempt, payload, now);
                };
        return authorized.subscribeAsCompletionStage();
    }

    @Override
    public CompletionStage<Settlement> capture(Hold hold, Ratio cost, Instant now) {
        return ends.capture(hold.id(), cost, this::captured, now)
                .invoke(() -> faults.at(Point.CAPTURED))
                .subscribeAsCompletionStage();
    }

    /** A payer whose deposit was made has to learn of it, or its books miss the deposit. */
    @Override
    public CompletionStage<Settlement> release(Hold hold, String reason, Instant now) {
        return ends.release(hold.id(), reason, this::uncharged, now).subscribeAsCompletionStage();
    }

    private Uni<Authorization> checked(Attempt attempt, BatchPayload payload, Instant now) {
        var terms = new Terms(
                attempt.amount().asset(),
                attempt.payTo(),
                offers.authorizer().orElseThrow(),
                OptionalLong.of(config.withdrawDelaySeconds()));
        return switch (escrow.check(terms, payload)) {
            case Checked.Not(var code) -> refused(code);
            case Checked.Ok ok -> {
                faults.at(Point.PAYMENT_VERIFIED);
                yield foreign.contains(payload.voucher().channelId())
                        .chain(elsewhere ->
                                elsewhere ? refused(Codes.SERVED_ELSEWHERE) : verified(attempt, payload, ok, now));
            }
        };
    }

    private Uni<Authorization> verified(Attempt attempt, BatchPayload payload, Checked.Ok ok, Instant now) {
        return switch (payload) {
            // A GET is an offer or a refund; nothing is served for it, so nothing is held.
            case BatchPayload.VoucherOnly _, BatchPayload.Deposit _
            when attempt.call().method().equals("GET") -> refused(Codes.batch("payload_type"));
            case BatchPayload.VoucherOnly _ -> voucher(attempt, payload, ok, now);
            case BatchPayload.Deposit deposit -> deposit(attempt, deposit, ok, now);
            case BatchPayload.Refund refund -> refunds.refund(attempt, refund, ok, now);
        };
    }

    private Uni<Authorization> voucher(Attempt attempt, BatchPayload payload, Checked.Ok checked, Instant now) {
        return known(attempt, payload, now)
                .chain(channel -> channel.isEmpty()
                        ? differs(Optional.empty())
                        : refreshed(attempt, payload, checked, channel.get(), now)
                                .chain(() -> take(attempt, payload, checked, "", now)));
    }

    /** A voucher above the deposit we know of: the payer may have topped up by itself. */
    private Uni<Void> refreshed(
            Attempt attempt, BatchPayload payload, Checked.Ok checked, Channel channel, Instant now) {
        return checked.voucher().ceiling().exceeds(channel.drawable())
                ? lookedUp(attempt, payload, now).replaceWithVoid()
                : Uni.createFrom().voidItem();
    }

    private Uni<Authorization> deposit(Attempt attempt, BatchPayload.Deposit deposit, Checked.Ok checked, Instant now) {
        return lookedUp(attempt, deposit, now)
                .chain(before -> deposits.begun(deposit, asset(attempt)).chain(begun -> {
                    var refusal =
                            begun ? Optional.<Uni<Authorization>>empty() : tooSoon(attempt, deposit, checked, before);
                    return refusal.orElseGet(() -> deposits.make(deposit, asset(attempt), now)
                            .chain(made -> deposited(attempt, deposit, checked, made, now)));
                }));
    }

    /** A deposit is not made for a voucher that would not buy the call afterwards. */
    private Optional<Uni<Authorization>> tooSoon(
            Attempt attempt, BatchPayload.Deposit deposit, Checked.Ok checked, Optional<Channel> before) {
        var ceiling = checked.voucher().ceiling();
        var zero = TokenAmount.zero(ceiling.asset());
        var balance = before.map(Channel::drawable).orElse(zero).units().add(deposit.amount());
        var charged = before.map(Channel::charged).orElse(zero);
        if (ceiling.units().compareTo(balance) > 0) {
            return Optional.of(differs(before));
        }
        return charged.plus(attempt.amount()).exceeds(ceiling) ? Optional.of(differs(before)) : Optional.empty();
    }

    private Uni<Authorization> deposited(
            Attempt attempt, BatchPayload.Deposit deposit, Checked.Ok checked, Result made, Instant now) {
        var payer = deposit.config().payer();
        var network = asset(attempt).network();
        return switch (made) {
            case Result.Not(var code, var transaction) when transaction.isEmpty() -> refused(code);
            case Result.Not(var code, var transaction) -> failed(answers.failure(network, payer, code, transaction));
            case Result.Pending(var transaction) ->
                failed(answers.failure(network, payer, Codes.SETTLEMENT_PENDING, transaction));
            case Result.Made(var transaction) ->
                lookedUp(attempt, deposit, now)
                        .invoke(() -> faults.at(Point.DEPOSIT_SEEN))
                        .chain(() -> take(
                                attempt,
                                deposit,
                                checked,
                                wire.text(answers.success(
                                        network,
                                        payer,
                                        transaction,
                                        deposit.amount().toString())),
                                now));
        };
    }

    private Uni<Authorization> take(
            Attempt attempt, BatchPayload payload, Checked.Ok checked, String deposit, Instant now) {
        var hold = hold(attempt, payload, deposit, now);
        var id = payload.voucher().channelId();
        return turns.take(id, now, () -> holds.take(hold, checked.voucher(), checked.signer(), Instant.now()))
                .invoke(() -> faults.at(Point.HELD))
                .chain(taken -> switch (taken) {
                    case Taken.Now(var held) -> Uni.createFrom().item(new Authorization.Held(held));
                    case Taken.Before(var held) -> Uni.createFrom().item(new Authorization.Replayed(held));
                    case Taken.Behind(var books) -> differs(Optional.of(books));
                    case Taken.Not.WRONG_SIGNER -> refused(Codes.batch("voucher_signature"));
                    case Taken.Not.PAYMENT_USED, Taken.Not.UNKNOWN_CHANNEL -> differs(Optional.empty());
                    case Taken.Not.SERVED_ELSEWHERE -> refused(Codes.SERVED_ELSEWHERE);
                    case Taken.Not.CHANNEL_CLOSING -> refused(Codes.batch("missing_channel"));
                    case Taken.Not.BUSY -> refused(Codes.batch("channel_busy"));
                });
    }

    private Hold hold(Attempt attempt, BatchPayload payload, String deposit, Instant now) {
        var voucher = payload.voucher();
        return new Hold(
                UUID.randomUUID(),
                attempt.call(),
                Channel.payer(asset(attempt), payload.config().payer()),
                name(),
                Optional.of(voucher.channelId()),
                "batch-settlement:" + voucher.channelId() + ":" + voucher.maxClaimableAmount(),
                attempt.amount(),
                attempt.payTo(),
                attempt.offeredAt(),
                "",
                deposit,
                new Open(now.plus(payment.holdFor())));
    }

    /** Runs in the capture's transaction, so that what is told is what was written. */
    private String captured(Hold hold, Capture capture) {
        faults.at(Point.CAPTURE_WRITTEN);
        if (Prepaid.is(hold)) {
            // Nobody keeps books by what is told: the caller asks for them.
            return "";
        }
        return wire.text(answers.withCharge(begun(hold, capture.channel()), capture.charge(), capture.channel()));
    }

    private String uncharged(Hold hold, Optional<Channel> channel) {
        if (hold.deposit().isEmpty() || channel.isEmpty()) {
            return "";
        }
        var nothing = TokenAmount.zero(hold.maximum().asset());
        return wire.text(answers.withCharge(begun(hold, channel.get()), nothing, channel.get()));
    }

    private ObjectNode begun(Hold hold, Channel channel) {
        return hold.deposit().isEmpty()
                ? answers.success(
                        channel.charged().asset().network(), channel.config().payer(), "", "")
                : wire.object(hold.deposit());
    }

    private Uni<Optional<Channel>> known(Attempt attempt, BatchPayload payload, Instant now) {
        return escrow.known(
                attempt.call().tenant(), payload.config(), payload.voucher().channelId(), asset(attempt), now);
    }

    private Uni<Optional<Channel>> lookedUp(Attempt attempt, BatchPayload payload, Instant now) {
        return escrow.lookedUp(
                attempt.call().tenant(), payload.config(), payload.voucher().channelId(), asset(attempt), now);
    }

    private static Asset asset(Attempt attempt) {
        return attempt.amount().asset();
    }

    private static Uni<Authorization> refused(String code) {
        return Uni.createFrom().item(Authorization.refused(code));
    }

    private static Uni<Authorization> differs(Optional<Channel> books) {
        return Uni.createFrom().item(new Authorization.Refused(Codes.BOOKS_DIFFER, books));
    }

    private Uni<Authorization> failed(ObjectNode answer) {
        return Uni.createFrom().item(new Authorization.Failed(wire.text(answer)));
    }
}
