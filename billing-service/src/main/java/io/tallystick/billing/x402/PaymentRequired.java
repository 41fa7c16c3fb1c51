package io.tallystick.billing.x402;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.payment.Call;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** The 402's header: what is offered, why the payment before was not taken, and our books where that helps. */
@ApplicationScoped
class PaymentRequired {
    static final String HEADER = "PAYMENT-REQUIRED";

    private final Offers offers;
    private final Answers answers;
    private final Wire wire;

    PaymentRequired(Offers offers, Answers answers, Wire wire) {
        this.offers = offers;
        this.answers = answers;
        this.wire = wire;
    }

    /** @param books how the payer's channel stands, so that it can sign again without asking */
    String header(Call call, List<Offer> offered, String error, Optional<Channel> books) {
        var json = wire.object().put("x402Version", Wire.VERSION).put("error", error);
        json.putObject("resource")
                .put("url", call.resource().url())
                .put("description", call.resource().description())
                .put("mimeType", call.resource().mimeType());
        var accepts = json.putArray("accepts");
        for (var offer : offered) {
            var entry = offers.json(offer);
            if (offer.scheme().equals(Offers.BATCH_SETTLEMENT)) {
                books.ifPresent(channel -> addBooks(entry.withObject("/extra"), channel));
            }
            accepts.add(entry);
        }
        return wire.header(json);
    }

    /** Without a voucher to show, the payer goes by what the chain says. */
    private void addBooks(ObjectNode extra, Channel channel) {
        channel.voucher().ifPresent(voucher -> {
            extra.set("channelState", answers.channelState(channel));
            extra.putObject("voucherState")
                    .put("signedMaxClaimable", voucher.ceiling().units().toString())
                    .put("signature", voucher.signature());
        });
    }
}
