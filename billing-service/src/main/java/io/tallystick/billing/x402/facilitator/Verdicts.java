package io.tallystick.billing.x402.facilitator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.billing.signature.Checksum;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.Wire;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** What a resource server is told. A no is a verdict too, and travels with status 200, or its code would be lost. */
@ApplicationScoped
class Verdicts {
    private static final String ELSEWHERE =
            "The gateway keeps this channel's books. Sell from your own server in another tenant, with another payTo.";

    private final Wire wire;

    Verdicts(Wire wire) {
        this.wire = wire;
    }

    ObjectNode valid(Address payer) {
        return wire.object().put("isValid", true).put("payer", Checksum.of(payer));
    }

    ObjectNode valid(Address payer, ChannelId id, ChannelReading reading) {
        var verdict = valid(payer);
        verdict.set("extra", channelState(id, reading));
        return verdict;
    }

    ObjectNode invalid(String reason, Optional<Address> payer) {
        var verdict = wire.object().put("isValid", false).put("invalidReason", reason);
        payer.map(Checksum::of).ifPresent(text -> verdict.put("payer", text));
        return verdict;
    }

    /** The gateway keeps the channel's books. */
    ObjectNode elsewhere(Address payer) {
        return invalid(Codes.SERVED_ELSEWHERE, Optional.of(payer)).put("invalidMessage", ELSEWHERE);
    }

    ObjectNode elsewhere(String network, Address payer) {
        return failed(network, Codes.SERVED_ELSEWHERE, "", payer).put("errorMessage", ELSEWHERE);
    }

    ObjectNode settled(String network, String transaction) {
        return wire.object()
                .put("success", true)
                .put("transaction", transaction)
                .put("network", network);
    }

    ObjectNode settled(String network, String transaction, Address payer, String amount) {
        return settled(network, transaction).put("payer", Checksum.of(payer)).put("amount", amount);
    }

    ObjectNode failed(String network, String reason, String transaction) {
        return wire.object()
                .put("success", false)
                .put("errorReason", reason)
                .put("transaction", transaction)
                .put("network", network);
    }

    ObjectNode failed(String network, String reason, String transaction, Address payer) {
        return failed(network, reason, transaction).put("payer", Checksum.of(payer));
    }

    ObjectNode withState(ObjectNode verdict, ChannelId id, ChannelReading reading) {
        verdict.withObject("/extra").set("channelState", channelState(id, reading));
        return verdict;
    }

    private ObjectNode channelState(ChannelId id, ChannelReading reading) {
        return wire.object()
                .put("channelId", id.hex())
                .put("balance", reading.balance().toString())
                .put("totalClaimed", reading.totalClaimed().toString())
                .put("withdrawRequestedAt", reading.withdrawRequestedAtSeconds())
                .put("refundNonce", reading.refundNonce().toString());
    }
}
