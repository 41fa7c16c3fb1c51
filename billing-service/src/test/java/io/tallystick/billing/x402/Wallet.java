package io.tallystick.billing.x402;

import io.tallystick.billing.channel.ExampleChannels;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.billing.signature.Domain;
import io.tallystick.billing.signature.EscrowDigests;
import io.tallystick.billing.signature.PersonalMessage;
import io.tallystick.billing.signature.PrivateKey;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.signature.TokenAuthorization;
import io.tallystick.billing.signature.TokenDigests;
import io.tallystick.billing.signature.curve.Signatures;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;

/** A payer: signs as the stock client does, and anything else a test wants. */
class Wallet {
    static final Address ESCROW = Address.of("0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003");
    static final Address COLLECTOR = Address.of("0x4020806089470a89826cB9fB1f4059150b550004");

    private static final Secp256k1 CURVE = Signatures.fastest();
    private static final Domain TOKEN = new Domain("USDC", "2", 84532, ExampleChannels.USDC.contract());
    private static final EscrowDigests DIGESTS = new EscrowDigests(Domain.ofEscrow(84532, ESCROW));

    private final PrivateKey key = PrivateKey.parse("0x" + random());

    Address address() {
        return CURVE.address(key);
    }

    /** The channel that a stock client opens for an offer. */
    ChannelConfig config(JsonObject offer) {
        return new ChannelConfig(
                address(),
                address(),
                Address.of(offer.getString("payTo")),
                Address.of(offer.getJsonObject("extra").getString("receiverAuthorizer")),
                Address.of(offer.getString("asset")),
                offer.getJsonObject("extra").getInteger("withdrawDelay"),
                "0x" + "0".repeat(64));
    }

    ChannelId channel(JsonObject offer) {
        return DIGESTS.channelId(config(offer));
    }

    JsonObject voucher(JsonObject offer, long ceiling) {
        return payload("voucher", offer, ceiling);
    }

    JsonObject refund(JsonObject offer, long ceiling) {
        return payload("refund", offer, ceiling);
    }

    JsonObject deposit(JsonObject offer, long ceiling, long amount) {
        return deposit(offer, ceiling, amount, Instant.now().getEpochSecond() + 300);
    }

    JsonObject deposit(JsonObject offer, long ceiling, long amount, long validBefore) {
        var salt = "0x" + random();
        var nonce = EscrowDigests.depositNonce(channel(offer), new BigInteger(salt.substring(2), 16));
        var authorization = new TokenAuthorization(
                address(),
                COLLECTOR,
                BigInteger.valueOf(amount),
                BigInteger.ZERO,
                BigInteger.valueOf(validBefore),
                nonce);
        var sent = new JsonObject()
                .put("validAfter", "0")
                .put("validBefore", Long.toString(validBefore))
                .put("salt", salt)
                .put("signature", sign(TokenDigests.receive(TOKEN, authorization)));
        return payload("deposit", offer, ceiling)
                .put(
                        "deposit",
                        new JsonObject()
                                .put("amount", Long.toString(amount))
                                .put("authorization", new JsonObject().put("erc3009Authorization", sent)));
    }

    JsonObject exact(JsonObject offer) {
        return exact(
                Address.of(offer.getString("payTo")),
                Long.parseLong(offer.getString("amount")),
                Instant.now().getEpochSecond() + 300);
    }

    JsonObject exact(Address to, long value, long validBefore) {
        var authorization = new TokenAuthorization(
                address(),
                to,
                BigInteger.valueOf(value),
                BigInteger.ZERO,
                BigInteger.valueOf(validBefore),
                new Bytes32("0x" + random()));
        return new JsonObject()
                .put("signature", sign(TokenDigests.transfer(TOKEN, authorization)))
                .put(
                        "authorization",
                        new JsonObject()
                                .put("from", address().hex())
                                .put("to", to.hex())
                                .put("value", Long.toString(value))
                                .put("validAfter", "0")
                                .put("validBefore", Long.toString(validBefore))
                                .put("nonce", authorization.nonce().hex()));
    }

    /** As a wallet's {@code personal_sign}. */
    String personally(String text) {
        return sign(PersonalMessage.digest(text));
    }

    private JsonObject payload(String type, JsonObject offer, long ceiling) {
        var config = config(offer);
        var id = DIGESTS.channelId(config);
        return new JsonObject()
                .put("type", type)
                .put(
                        "channelConfig",
                        new JsonObject()
                                .put("payer", config.payer().hex())
                                .put("payerAuthorizer", config.payerAuthorizer().hex())
                                .put("receiver", config.receiver().hex())
                                .put(
                                        "receiverAuthorizer",
                                        config.receiverAuthorizer().hex())
                                .put("token", config.token().hex())
                                .put("withdrawDelay", config.withdrawDelaySeconds())
                                .put("salt", config.salt()))
                .put(
                        "voucher",
                        new JsonObject()
                                .put("channelId", id.hex())
                                .put("maxClaimableAmount", Long.toString(ceiling))
                                .put("signature", sign(DIGESTS.voucher(id, BigInteger.valueOf(ceiling)))));
    }

    private String sign(Bytes32 digest) {
        return CURVE.sign(digest, key).hex();
    }

    private static String random() {
        var bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        // Below the curve's order, whatever the other bytes are.
        bytes[0] = 1;
        return HexFormat.of().formatHex(bytes);
    }
}
