package io.tallystick.billing.x402;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.Checksum;
import jakarta.enterprise.context.ApplicationScoped;

/** What a payer is told after its payment: the content of {@code PAYMENT-RESPONSE}. */
@ApplicationScoped
public class Answers {
    public static final String HEADER = "PAYMENT-RESPONSE";

    private final Wire wire;

    Answers(Wire wire) {
        this.wire = wire;
    }

    /**
     * @param transaction the hash, or empty where nothing had to be sent
     * @param amount token units moved on chain, or empty where none were
     */
    public ObjectNode success(String network, Address payer, String transaction, String amount) {
        return wire.object()
                .put("success", true)
                .put("payer", Checksum.of(payer))
                .put("transaction", transaction)
                .put("network", network)
                .put("amount", amount);
    }

    public ObjectNode failure(String network, Address payer, String reason, String transaction) {
        return wire.object()
                .put("success", false)
                .put("errorReason", reason)
                .put("payer", Checksum.of(payer))
                .put("transaction", transaction)
                .put("network", network);
    }

    /** Adds what a call was charged and how its channel stands after it. */
    public ObjectNode withCharge(ObjectNode answer, TokenAmount charge, Channel channel) {
        return withCharge(answer, charge, channel.charged(), channel);
    }

    /**
     * Adds what a call is told to be charged, in a payer's books that may differ from ours.
     *
     * @param total what its books say with it; a client that finds another sum stores nothing
     */
    public ObjectNode withCharge(ObjectNode answer, TokenAmount charge, TokenAmount total, Channel channel) {
        var extra =
                answer.withObject("/extra").put("chargedAmount", charge.units().toString());
        extra.set(
                "channelState",
                channelState(channel)
                        .put("chargedCumulativeAmount", total.units().toString()));
        return answer;
    }

    /** A channel as payers know it. */
    public ObjectNode channelState(Channel channel) {
        return wire.object()
                .put("channelId", channel.id().hex())
                .put("balance", channel.chain().balance().units().toString())
                .put("totalClaimed", channel.claimed().units().toString())
                .put("withdrawRequestedAt", channel.chain().withdrawRequestedAtSeconds())
                .put("refundNonce", channel.chain().refundNonce().toString())
                .put("chargedCumulativeAmount", channel.charged().units().toString());
    }
}
