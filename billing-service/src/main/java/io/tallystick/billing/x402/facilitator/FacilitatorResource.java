package io.tallystick.billing.x402.facilitator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.signature.Checksum;
import io.tallystick.billing.x402.Offers;
import io.tallystick.billing.x402.Wire;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.annotation.security.PermitAll;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The facilitator as stock resource servers call it. */
@Path("/facilitator")
class FacilitatorResource {
    private final Facilitator facilitator;
    private final Offers offers;
    private final Wire wire;
    private final Caller caller;
    private final String network;

    FacilitatorResource(Facilitator facilitator, Offers offers, Wire wire, Caller caller, ChainConfig chain) {
        this.facilitator = facilitator;
        this.offers = offers;
        this.wire = wire;
        this.caller = caller;
        this.network = "eip155:" + chain.id();
    }

    /** Says nothing that the chain does not show, so it is open to everyone. */
    @GET
    @Path("/supported")
    @PermitAll
    public Supported supported() {
        var kinds = new ArrayList<Kind>();
        offers.authorizer().map(Checksum::of).ifPresent(authorizer -> {
            kinds.add(new Kind(Wire.VERSION, Offers.EXACT, network, Map.of()));
            kinds.add(
                    new Kind(Wire.VERSION, Offers.BATCH_SETTLEMENT, network, Map.of("receiverAuthorizer", authorizer)));
        });
        var signers = offers.authorizer().map(Checksum::of).stream().toList();
        return new Supported(kinds, List.of(), Map.of("eip155:*", signers));
    }

    @POST
    @Path("/verify")
    @RequiresScope("facilitator")
    public Uni<ObjectNode> verify(@NotNull Asked asked) {
        return facilitator.verify(caller.tenant(), payment(asked), asked.paymentRequirements(), Instant.now());
    }

    @POST
    @Path("/settle")
    @RequiresScope("facilitator")
    public Uni<ObjectNode> settle(@NotNull Asked asked) {
        return facilitator.settle(caller.tenant(), payment(asked), asked.paymentRequirements(), Instant.now());
    }

    private Wire.Payment payment(Asked asked) {
        if (asked.paymentPayload() == null
                || asked.paymentRequirements() == null
                || !asked.paymentRequirements().isObject()) {
            throw malformed();
        }
        return wire.payment(asked.paymentPayload()).orElseThrow(FacilitatorResource::malformed);
    }

    private static ProblemException malformed() {
        return new ProblemException(Problem.of(
                "malformed-payment",
                "Not a payment of x402 version 2",
                400,
                "Send x402Version 2, paymentPayload with accepted and payload, and paymentRequirements."));
    }

    record Asked(int x402Version, JsonNode paymentPayload, JsonNode paymentRequirements) {}

    record Kind(int x402Version, String scheme, String network, Map<String, String> extra) {}

    record Supported(List<Kind> kinds, List<String> extensions, Map<String, List<String>> signers) {}
}
