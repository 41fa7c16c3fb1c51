package io.tallystick.billing.payment;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.HoldState.Captured;
import io.tallystick.billing.payment.HoldState.Lapsed;
import io.tallystick.billing.payment.HoldState.Open;
import io.tallystick.billing.payment.HoldState.Settling;
import io.tallystick.billing.payment.HoldState.Voided;
import io.tallystick.billing.signature.ChannelId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A call's maximum, set aside until the call is charged or given up.
 *
 * @param call what is paid for
 * @param payer a DID
 * @param scheme which scheme pays
 * @param channel which channel pays, if the scheme has channels
 * @param paymentHash names the payment: no second hold is taken for it while this one stands or was charged
 * @param maximum the most it may be charged
 * @param payTo where the provider's money goes
 * @param pricedAt the time of the offer; capture uses the prices of that time
 * @param payment what the scheme needs of the payment to charge it later, in its own words; may be empty
 * @param deposit what the payer was told of a deposit made with this payment, in the scheme's words; may be empty
 */
public record Hold(
        UUID id,
        Call call,
        String payer,
        String scheme,
        Optional<ChannelId> channel,
        String paymentHash,
        TokenAmount maximum,
        Address payTo,
        Instant pricedAt,
        String payment,
        String deposit,
        HoldState state) {

    public Hold {
        requireNonNull(id, "id");
        requireNonNull(call, "call");
        requireNonNull(payer, "payer");
        requireNonNull(scheme, "scheme");
        requireNonNull(channel, "channel");
        requireNonNull(paymentHash, "paymentHash");
        requireNonNull(maximum, "maximum");
        requireNonNull(payTo, "payTo");
        requireNonNull(pricedAt, "pricedAt");
        requireNonNull(payment, "payment");
        requireNonNull(deposit, "deposit");
        requireNonNull(state, "state");
    }

    /** What is to be done about a capture. */
    public CaptureStep toCapture() {
        return switch (state) {
            case Open _ -> CaptureStep.Go.IN_TIME;
            case Settling _ -> CaptureStep.Go.SETTLING;
            case Lapsed _ -> CaptureStep.Go.LATE;
            // A retry: the first answer again, before anything that changed since.
            case Captured captured -> new CaptureStep.Done(captured);
            case Voided voided -> new CaptureStep.GivenUp(voided);
        };
    }

    /** What is to be done about a void. */
    public VoidStep toVoid() {
        return switch (state) {
            case Open _ -> VoidStep.Go.RELEASE;
            case Lapsed _ -> VoidStep.Go.NOTHING_HELD;
            case Settling _ -> VoidStep.Refused.ALREADY_SETTLING;
            case Captured captured -> new VoidStep.Charged(captured);
            case Voided voided -> new VoidStep.Done(voided);
        };
    }

    /**
     * Keeps an open hold for longer; a hold that ended stays as it is.
     *
     * @param longest counted from the offer: no hold is kept beyond it, however often it is renewed
     */
    public Hold renewed(Instant until, Duration longest) {
        var last = pricedAt.plus(longest);
        var wanted = until.isBefore(last) ? until : last;
        return state instanceof Open(var expiresAt) && wanted.isAfter(expiresAt) ? with(new Open(wanted)) : this;
    }

    public Hold noting(String payment) {
        return new Hold(
                id, call, payer, scheme, channel, paymentHash, maximum, payTo, pricedAt, payment, deposit, state);
    }

    public boolean expired(Instant now) {
        return state instanceof Open(var expiresAt) && !expiresAt.isAfter(now);
    }

    public Hold with(HoldState next) {
        return new Hold(
                id, call, payer, scheme, channel, paymentHash, maximum, payTo, pricedAt, payment, deposit, next);
    }

    /** What a capture finds. */
    public sealed interface CaptureStep {

        enum Go implements CaptureStep {
            IN_TIME,
            SETTLING,
            LATE
        }

        record Done(Captured captured) implements CaptureStep {}

        record GivenUp(Voided voided) implements CaptureStep {}
    }

    /** What a void finds. */
    public sealed interface VoidStep {

        enum Go implements VoidStep {
            RELEASE,
            NOTHING_HELD
        }

        enum Refused implements VoidStep {
            ALREADY_SETTLING
        }

        record Charged(Captured captured) implements VoidStep {}

        record Done(Voided voided) implements VoidStep {}
    }
}
