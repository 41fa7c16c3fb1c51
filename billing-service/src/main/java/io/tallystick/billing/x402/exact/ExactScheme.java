package io.tallystick.billing.x402.exact;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.payment.Attempt;
import io.tallystick.billing.payment.Authorization;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.HoldState;
import io.tallystick.billing.payment.HoldState.Open;
import io.tallystick.billing.payment.PaymentFaults;
import io.tallystick.billing.payment.PaymentFaults.Point;
import io.tallystick.billing.payment.PaymentScheme;
import io.tallystick.billing.payment.Settlement;
import io.tallystick.billing.payment.hold.HoldEnds;
import io.tallystick.billing.payment.hold.Holds;
import io.tallystick.billing.payment.hold.PaymentConfig;
import io.tallystick.billing.payment.hold.Taken;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.x402.Answers;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.Offers;
import io.tallystick.billing.x402.Wire;
import io.tallystick.billing.x402.X402Config;
import io.tallystick.billing.x402.exact.ExactTransfers.Transfer;
import io.tallystick.kit.problem.UnavailableException;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Pays a fixed price by one transfer: verified before the call, brought to the chain after it. */
@ApplicationScoped
class ExactScheme implements PaymentScheme {
    /** Clients may authorize for ever; a database's time may not be that far. */
    private static final BigInteger LAST_SECOND =
            BigInteger.valueOf(Instant.parse("9999-01-01T00:00:00Z").getEpochSecond());

    private final ExactTransfers transfers;
    private final Holds holds;
    private final HoldEnds ends;
    private final Answers answers;
    private final Wire wire;
    private final X402Config config;
    private final PaymentConfig payment;
    private final PaymentFaults faults;

    ExactScheme(
            ExactTransfers transfers,
            Holds holds,
            HoldEnds ends,
            Answers answers,
            Wire wire,
            X402Config config,
            PaymentConfig payment,
            PaymentFaults faults) {
        this.transfers = transfers;
        this.holds = holds;
        this.ends = ends;
        this.answers = answers;
        this.wire = wire;
        this.config = config;
        this.payment = payment;
        this.faults = faults;
    }

    @Override
    public String name() {
        return Offers.EXACT;
    }

    @Override
    public CompletionStage<Authorization> authorize(Attempt attempt, Instant now) {
        var asset = attempt.amount().asset();
        return transfers
                .read(asset, wire.object(attempt.payload()))
                // Nothing is served for a GET.
                .filter(_ -> !attempt.call().method().equals("GET"))
                .map(transfer -> verified(attempt, transfer, now))
                .orElseGet(() -> refused(Codes.UNSUPPORTED_PAYLOAD_TYPE))
                .subscribeAsCompletionStage();
    }

    /** The call was given, so from here on its payment is brought to the chain, whatever happens to us. */
    @Override
    public CompletionStage<Settlement> capture(Hold hold, Ratio cost, Instant now) {
        return ends.settling(hold.id(), now)
                .invoke(() -> faults.at(Point.SETTLING))
                .chain(found -> found.isEmpty()
                        ? Uni.createFrom().<Settlement>item(Settlement.Unknown.NO_SUCH_HOLD)
                        : settle(found.get()))
                .subscribeAsCompletionStage();
    }

    /** Marked, and left to the sweep: many calls' payments must not wait for the chain one after another. */
    @Override
    public CompletionStage<Settlement> captureRecorded(Hold hold, Ratio cost, Instant now) {
        return ends.settling(hold.id(), now)
                .map(found -> found.<Settlement>map(ExactScheme::standing).orElse(Settlement.Unknown.NO_SUCH_HOLD))
                .subscribeAsCompletionStage();
    }

    /** Nothing was sent, so nothing is told; or it is being sent already, and how that ends is the answer. */
    @Override
    public CompletionStage<Settlement> release(Hold hold, String reason, Instant now) {
        return ends.release(hold.id(), reason, (_, _) -> "", now)
                .chain(end -> end instanceof Settlement.Pending(var settling, var _)
                        ? sent(settling)
                        : Uni.createFrom().item(end))
                .subscribeAsCompletionStage();
    }

    private static Settlement standing(Hold hold) {
        return switch (hold.state()) {
            case HoldState.Captured captured -> new Settlement.Captured(hold, captured);
            case HoldState.Voided voided -> new Settlement.Voided(hold, voided);
            case HoldState.Open _, HoldState.Lapsed _, HoldState.Settling _ -> new Settlement.Pending(hold, "");
        };
    }

    private Uni<Authorization> verified(Attempt attempt, Transfer transfer, Instant now) {
        // A refused transfer is not tried again under a hold: the payer signs anew.
        return transfers
                .known(transfer)
                .chain(known -> known
                        ? Uni.createFrom().item(Optional.of(Codes.exact("nonce_already_used")))
                        : transfers.verify(
                                transfer, attempt.payTo(), attempt.amount().units(), now))
                .invoke(() -> faults.at(Point.PAYMENT_VERIFIED))
                .chain(code -> code.isPresent() ? refused(code.get()) : take(attempt, transfer, now));
    }

    private Uni<Authorization> take(Attempt attempt, Transfer transfer, Instant now) {
        var hold = hold(attempt, transfer, now);
        return holds.takeAlone(hold, now).invoke(() -> faults.at(Point.HELD)).chain(taken -> switch (taken) {
            case Taken.Now(var held) -> Uni.createFrom().item(new Authorization.Held(held));
            case Taken.Before(var held) -> Uni.createFrom().item(new Authorization.Replayed(held));
            case Taken.Behind _, Taken.Not _ -> refused(Codes.exact("nonce_already_used"));
        });
    }

    private Hold hold(Attempt attempt, Transfer transfer, Instant now) {
        var validUntil = Instant.ofEpochSecond(
                transfer.authorization().validBefore().min(LAST_SECOND).longValue() - X402Config.SPARE_SECONDS);
        var kept = now.plus(payment.holdFor());
        return new Hold(
                UUID.randomUUID(),
                attempt.call(),
                Channel.payer(transfer.asset(), transfer.payer()),
                name(),
                Optional.empty(),
                transfer.key(),
                attempt.amount(),
                attempt.payTo(),
                attempt.offeredAt(),
                attempt.payload(),
                "",
                new Open(validUntil.isBefore(kept) ? validUntil : kept));
    }

    private Uni<Settlement> settle(Hold hold) {
        return standing(hold) instanceof Settlement.Pending
                ? sent(hold)
                : Uni.createFrom().item(standing(hold));
    }

    /** A chain that does not answer changes nothing: the hold is settling, and the sweep goes on with it. */
    private Uni<Settlement> sent(Hold hold) {
        return sentOrFailed(hold)
                .onFailure(UnavailableException.class)
                .recoverWithItem(() -> new Settlement.Pending(hold, ""));
    }

    private Uni<Settlement> sentOrFailed(Hold hold) {
        var transfer = transfers
                .read(hold.maximum().asset(), wire.object(hold.payment()))
                .orElseThrow();
        return transfers
                .settleOnce(transfer, config.settleWithin())
                .invoke(() -> faults.at(Point.SETTLEMENT_MINED))
                .chain(outcome -> switch (outcome) {
                    case Outcome.Succeeded(var in) ->
                        ends.settled(hold.id(), success(hold, transfer, in.hash()), now());
                    case Outcome.Failed(var in) ->
                        failed(
                                hold,
                                transfer,
                                Codes.exact("transaction_failed"),
                                in.hash().hex());
                    case Outcome.Refused _ -> failed(hold, transfer, Codes.exact("transaction_failed"), "");
                    case Outcome.Pending(var newest) ->
                        Uni.createFrom()
                                .item(new Settlement.Pending(
                                        hold,
                                        newest.map(hash -> success(hold, transfer, hash))
                                                .orElse("")));
                });
    }

    private Uni<Settlement> failed(Hold hold, Transfer transfer, String code, String transaction) {
        return ends.failed(hold.id(), failure(transfer, code, transaction), now());
    }

    /** What is signed and stored is sent until it is mined, so it is told as done. */
    private String success(Hold hold, Transfer transfer, Bytes32 hash) {
        var network = transfer.asset().network();
        var amount = hold.maximum().units().toString();
        return wire.text(answers.success(network, transfer.payer(), hash.hex(), amount));
    }

    private String failure(Transfer transfer, String code, String transaction) {
        return wire.text(answers.failure(transfer.asset().network(), transfer.payer(), code, transaction));
    }

    private static Instant now() {
        return Instant.now();
    }

    private static Uni<Authorization> refused(String code) {
        return Uni.createFrom().item(Authorization.refused(code));
    }
}
