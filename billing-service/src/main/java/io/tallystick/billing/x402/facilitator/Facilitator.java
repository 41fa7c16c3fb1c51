package io.tallystick.billing.x402.facilitator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.payment.payee.Payees;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.Offers;
import io.tallystick.billing.x402.Wire;
import io.tallystick.billing.x402.batch.BatchPayloads;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Sorts requests by scheme and action, and holds callers to their own money: our key authorizes claims and refunds, so a
 * caller that named another's receiver could empty its channels.
 */
@ApplicationScoped
class Facilitator {
    private final Payees payees;
    private final ExactFacilitator exact;
    private final BatchVerifier verifier;
    private final BatchSettler settler;
    private final BatchRefunder refunder;
    private final BatchPayloads payloads;
    private final Verdicts verdicts;
    private final Asset asset;

    Facilitator(
            Payees payees,
            ExactFacilitator exact,
            BatchVerifier verifier,
            BatchSettler settler,
            BatchRefunder refunder,
            BatchPayloads payloads,
            Verdicts verdicts,
            ChainConfig chain) {
        this.payees = payees;
        this.exact = exact;
        this.verifier = verifier;
        this.settler = settler;
        this.refunder = refunder;
        this.payloads = payloads;
        this.verdicts = verdicts;
        this.asset = new Asset(chain.id(), Address.of(chain.asset()));
    }

    Uni<ObjectNode> verify(String tenant, Wire.Payment payment, JsonNode requirements, Instant now) {
        var request = request(tenant, requirements);
        var refused = mismatch(request, payment).or(() -> incomplete(request));
        if (refused.isPresent()) {
            return Uni.createFrom().item(verdicts.invalid(refused.get(), Optional.empty()));
        }
        return payees.receives(tenant, asset, request.payTo().orElseThrow()).chain(mine -> {
            if (!mine) {
                return Uni.createFrom().item(verdicts.invalid(foreign(request), Optional.empty()));
            }
            return isExact(request)
                    ? exact.verify(request, payment.payload(), now)
                    : verifier.verify(request, payment.payload(), now);
        });
    }

    Uni<ObjectNode> settle(String tenant, Wire.Payment payment, JsonNode requirements, Instant now) {
        var asked = request(tenant, requirements);
        var request = isExact(asked) ? asked : withReceiver(asked, payment.payload());
        var refused = mismatch(request, payment).or(() -> isExact(request) ? incomplete(request) : Optional.empty());
        if (refused.isPresent()) {
            return no(request, refused.get());
        }
        if (request.payTo().isEmpty()) {
            return no(request, Codes.batch("payload_type"));
        }
        return payees.receives(tenant, asset, request.payTo().get()).chain(mine -> {
            if (!mine) {
                return no(request, foreign(request));
            }
            return isExact(request)
                    ? exact.settle(request, payment.payload(), now)
                    : batch(request, payment.payload(), now);
        });
    }

    private Uni<ObjectNode> batch(Request request, JsonNode payload, Instant now) {
        return switch (payload.path("type").asText()) {
            case "deposit" -> settler.deposit(request, payload, now);
            case "claim" -> settler.claim(request, payload);
            case "refund" -> refunder.refund(request, payload);
            case "settle" -> settler.payOut(request, request.payTo().orElseThrow(), asset.contract());
            default -> no(request, Codes.batch("payload_type"));
        };
    }

    /** A settlement's requirements are the channel manager's and say little; the receiver is in the action itself. */
    private Request withReceiver(Request asked, JsonNode payload) {
        try {
            var receiver =
                    switch (payload.path("type").asText()) {
                        case "settle" ->
                            Optional.of(Wire.address(payload.path("receiver")))
                                    .filter(_ -> asset.contract().equals(Wire.address(payload.path("token"))));
                        case "claim" ->
                            Optional.of(payloads.channel(payload.path("claims")
                                            .path(0)
                                            .path("voucher")
                                            .path("channel"))
                                    .receiver());
                        case "deposit", "refund" ->
                            Optional.of(payloads.config(payload).receiver());
                        default -> Optional.<Address>empty();
                    };
            return new Request(
                    asked.tenant(),
                    asked.scheme(),
                    asked.network(),
                    Optional.of(asset),
                    receiver,
                    asked.amount(),
                    asked.tokenName(),
                    asked.tokenVersion(),
                    asked.receiverAuthorizer().isZero() && payload.has("channelConfig")
                            ? payloads.config(payload).receiverAuthorizer()
                            : asked.receiverAuthorizer(),
                    asked.withdrawDelaySeconds());
        } catch (IllegalArgumentException e) {
            return asked;
        }
    }

    private Optional<String> mismatch(Request request, Wire.Payment payment) {
        var accepted = payment.accepted();
        if (!isExact(request) && !request.scheme().equals(Offers.BATCH_SETTLEMENT)) {
            return Optional.of(Codes.UNSUPPORTED_PAYLOAD_TYPE);
        }
        if (!accepted.path("scheme").asText().equals(request.scheme())) {
            return Optional.of(code(request, "scheme"));
        }
        var fits = request.network().equals(asset.network())
                && accepted.path("network").asText().equals(request.network());
        return fits ? Optional.empty() : Optional.of(code(request, "network_mismatch"));
    }

    private Optional<String> incomplete(Request request) {
        if (request.asset().isEmpty()) {
            return Optional.of(isExact(request) ? "asset_not_deployed_contract" : Codes.batch("token_mismatch"));
        }
        if (request.payTo().isEmpty()) {
            return Optional.of(foreign(request));
        }
        return request.amount().isEmpty() && isExact(request)
                ? Optional.of(Codes.exact("payload_authorization_value_mismatch"))
                : Optional.empty();
    }

    private Request request(String tenant, JsonNode sent) {
        var extra = sent.path("extra");
        return new Request(
                tenant,
                sent.path("scheme").asText(),
                sent.path("network").asText(),
                address(sent.path("asset")).filter(asset.contract()::equals).map(_ -> asset),
                address(sent.path("payTo")),
                number(sent.path("amount")),
                extra.path("name").asText(),
                extra.path("version").asText(),
                address(extra.path("receiverAuthorizer")).orElse(Address.ZERO),
                extra.path("withdrawDelay").isIntegralNumber()
                        ? OptionalLong.of(extra.path("withdrawDelay").longValue())
                        : OptionalLong.empty());
    }

    private static Optional<Address> address(JsonNode text) {
        try {
            return Optional.of(Wire.address(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<BigInteger> number(JsonNode text) {
        try {
            return Optional.of(Wire.number(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isExact(Request request) {
        return request.scheme().equals(Offers.EXACT);
    }

    private static String foreign(Request request) {
        return isExact(request) ? Codes.exact("recipient_mismatch") : Codes.batch("receiver_mismatch");
    }

    private static String code(Request request, String code) {
        return isExact(request) ? Codes.exact(code) : Codes.batch(code);
    }

    private Uni<ObjectNode> no(Request request, String code) {
        return Uni.createFrom().item(verdicts.failed(request.network(), code, ""));
    }
}
