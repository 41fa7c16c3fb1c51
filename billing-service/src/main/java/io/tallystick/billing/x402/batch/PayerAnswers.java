package io.tallystick.billing.x402.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.billing.channel.Capture;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.ChannelTimes;
import io.tallystick.billing.channel.Voucher;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.Prepaid;
import io.tallystick.billing.payment.hold.Notes.Noted;
import io.tallystick.billing.x402.Answers;
import io.tallystick.billing.x402.Wire;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.util.Optional;

/**
 * What the payer of a channel is told of a call, in its own books. A hold's note keeps what these said when the call
 * began, and for a streamed call what it was told then; it is empty where they agree with ours.
 */
@ApplicationScoped
class PayerAnswers {
    private static final String BELIEVED = "believed";
    private static final String ANNOUNCED = "announced";

    private final Answers answers;
    private final Wire wire;

    PayerAnswers(Answers answers, Wire wire) {
        this.answers = answers;
        this.wire = wire;
    }

    Noted noted(Hold hold, boolean streamed, Voucher voucher, ChannelTimes before, Channel after) {
        var books = PayerBooks.of(before, voucher, hold.maximum());
        if (!streamed && !books.ahead()) {
            return new Noted("", Optional.empty());
        }
        var note = wire.object().put(BELIEVED, books.total().units().toString());
        if (!streamed) {
            return new Noted(wire.text(note), Optional.empty());
        }
        var amount = books.told(after.spokenFor(), hold.maximum());
        var total = books.total().plus(amount);
        note.set(ANNOUNCED, answers.withCharge(begun(hold, after), amount, total, after));
        return new Noted(wire.text(note), Optional.of(total));
    }

    /** What a streamed call's payer is told at its start; empty for any other. */
    String announcement(Hold hold) {
        var announced = note(hold).path(ANNOUNCED);
        return announced.isObject() ? wire.text(announced) : "";
    }

    /** A streamed call's payer was told at its start, so what is kept of its end is the true charge. */
    String captured(Hold hold, Capture capture) {
        if (Prepaid.is(hold)) {
            // Nobody keeps books by what is told: the caller asks for them.
            return "";
        }
        var channel = capture.channel();
        var note = note(hold);
        if (!note.has(BELIEVED) || note.has(ANNOUNCED)) {
            return wire.text(answers.withCharge(begun(hold, channel), capture.charge(), channel));
        }
        var books = believed(hold, note);
        var amount = books.told(channel.spokenFor(), hold.maximum());
        return wire.text(
                answers.withCharge(begun(hold, channel), amount, books.total().plus(amount), channel));
    }

    /** Nothing is charged. Only a payer whose deposit was made has to learn of it. */
    String uncharged(Hold hold, Optional<Channel> channel) {
        if (hold.deposit().isEmpty() || channel.isEmpty()) {
            return "";
        }
        var note = note(hold);
        var nothing = TokenAmount.zero(hold.maximum().asset());
        var total = note.has(BELIEVED)
                ? believed(hold, note).total()
                : channel.get().charged();
        return wire.text(answers.withCharge(begun(hold, channel.get()), nothing, total, channel.get()));
    }

    private ObjectNode begun(Hold hold, Channel channel) {
        return hold.deposit().isEmpty()
                ? answers.success(
                        channel.charged().asset().network(), channel.config().payer(), "", "")
                : wire.object(hold.deposit());
    }

    private ObjectNode note(Hold hold) {
        return hold.payment().isEmpty() || Prepaid.is(hold) ? wire.object() : wire.object(hold.payment());
    }

    private static PayerBooks believed(Hold hold, ObjectNode note) {
        var units = new BigInteger(note.path(BELIEVED).asText());
        return new PayerBooks(new TokenAmount(hold.maximum().asset(), units), true);
    }
}
