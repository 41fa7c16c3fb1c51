package io.tallystick.billing.x402.batch;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.Wire;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;

/** Reads {@code batch-settlement} payloads. */
@ApplicationScoped
public class BatchPayloads {
    /** A payload, or the code that says why it is none. */
    public sealed interface Read {

        record Ok(BatchPayload payload) implements Read {}

        record Not(String code) implements Read {}
    }

    public Read read(JsonNode payload) {
        try {
            return switch (payload.path("type").asText()) {
                case "voucher" -> new Read.Ok(new BatchPayload.VoucherOnly(config(payload), voucher(payload)));
                case "deposit" -> deposit(payload);
                case "refund" ->
                    new Read.Ok(new BatchPayload.Refund(config(payload), voucher(payload), amount(payload)));
                default -> new Read.Not(Codes.batch("payload_type"));
            };
        } catch (IllegalArgumentException e) {
            return new Read.Not(Codes.batch("payload_type"));
        }
    }

    private Read deposit(JsonNode payload) {
        var deposit = payload.path("deposit");
        var authorization = deposit.path("authorization").path("erc3009Authorization");
        if (!authorization.isObject()) {
            return new Read.Not(Codes.batch("erc3009_authorization_required"));
        }
        return new Read.Ok(new BatchPayload.Deposit(
                config(payload),
                voucher(payload),
                Wire.number(deposit.path("amount")),
                Wire.number(authorization.path("validAfter")),
                Wire.number(authorization.path("validBefore")),
                salt(authorization.path("salt")),
                Wire.hex(authorization.path("signature"))));
    }

    /** Reads a channel's configuration. */
    public ChannelConfig config(JsonNode payload) {
        return channel(payload.path("channelConfig"));
    }

    public ChannelConfig channel(JsonNode config) {
        if (!config.path("withdrawDelay").isIntegralNumber()
                || !config.path("withdrawDelay").canConvertToLong()) {
            throw new IllegalArgumentException("withdrawDelay is no number");
        }
        return new ChannelConfig(
                Wire.address(config.path("payer")),
                Wire.address(config.path("payerAuthorizer")),
                Wire.address(config.path("receiver")),
                Wire.address(config.path("receiverAuthorizer")),
                Wire.address(config.path("token")),
                config.path("withdrawDelay").longValue(),
                config.path("salt").asText().toLowerCase(Locale.ROOT));
    }

    private static BatchPayload.Signed voucher(JsonNode payload) {
        var voucher = payload.path("voucher");
        return new BatchPayload.Signed(
                ChannelId.of(voucher.path("channelId").asText()),
                Wire.number(voucher.path("maxClaimableAmount")),
                Wire.hex(voucher.path("signature")));
    }

    private static Optional<BigInteger> amount(JsonNode payload) {
        return payload.has("amount") ? Optional.of(Wire.number(payload.path("amount"))) : Optional.empty();
    }

    /** Clients send the salt as 32 bytes in hexadecimal digits or as a decimal string. */
    private static BigInteger salt(JsonNode text) {
        var value = text.asText();
        return value.startsWith("0x") && value.length() <= 66
                ? new BigInteger("0" + Wire.hex(text).substring(2), 16)
                : Wire.number(text);
    }
}
