package io.tallystick.billing.x402.facilitator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.payment.hold.Holds;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.X402Config;
import io.tallystick.billing.x402.exact.ExactTransfers;
import io.tallystick.billing.x402.exact.ExactTransfers.Transfer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;

/** {@code exact} for other servers. */
@ApplicationScoped
class ExactFacilitator {
    private final ExactTransfers transfers;
    private final Holds holds;
    private final Verdicts verdicts;
    private final X402Config config;

    ExactFacilitator(ExactTransfers transfers, Holds holds, Verdicts verdicts, X402Config config) {
        this.transfers = transfers;
        this.holds = holds;
        this.verdicts = verdicts;
        this.config = config;
    }

    Uni<ObjectNode> verify(Request request, JsonNode payload, Instant now) {
        var transfer = transfers.read(request.asset().orElseThrow(), payload);
        if (transfer.isEmpty()) {
            return Uni.createFrom().item(verdicts.invalid(Codes.UNSUPPORTED_PAYLOAD_TYPE, Optional.empty()));
        }
        var payer = transfer.get().payer();
        return refusal(request, transfer.get(), now)
                .map(code -> code.map(reason -> verdicts.invalid(reason, Optional.of(payer)))
                        .orElseGet(() -> verdicts.valid(payer)));
    }

    /** Asked again for the same authorization, it is the same transfer. */
    Uni<ObjectNode> settle(Request request, JsonNode payload, Instant now) {
        var transfer = transfers.read(request.asset().orElseThrow(), payload);
        if (transfer.isEmpty()) {
            return Uni.createFrom().item(verdicts.failed(request.network(), Codes.UNSUPPORTED_PAYLOAD_TYPE, ""));
        }
        return transfers
                .begun(transfer.get())
                .chain(begun -> begun
                        ? sent(request, transfer.get())
                        : refusal(request, transfer.get(), now)
                                .chain(code -> code.isPresent()
                                        ? Uni.createFrom().item(failed(request, transfer.get(), code.get(), ""))
                                        : sent(request, transfer.get())));
    }

    /** Refuses what is settling or settled, or one payment would be verified many times. */
    private Uni<Optional<String>> refusal(Request request, Transfer transfer, Instant now) {
        var named = named(request);
        if (named.isPresent()) {
            return Uni.createFrom().item(named);
        }
        return transfers
                .begun(transfer)
                .chain(begun -> begun ? Uni.createFrom().item(true) : holds.isTaken(transfer.key()))
                .chain(used -> used
                        ? Uni.createFrom().item(Optional.of(Codes.exact("nonce_already_used")))
                        : transfers.verify(
                                transfer,
                                request.payTo().orElseThrow(),
                                request.amount().orElseThrow(),
                                now));
    }

    private Optional<String> named(Request request) {
        if (request.tokenName().isEmpty() || request.tokenVersion().isEmpty()) {
            return Optional.of(Codes.exact("missing_eip712_domain"));
        }
        if (!request.tokenName().equals(config.tokenName())) {
            return Optional.of(Codes.exact("token_name_mismatch"));
        }
        return request.tokenVersion().equals(config.tokenVersion())
                ? Optional.empty()
                : Optional.of(Codes.exact("token_version_mismatch"));
    }

    private Uni<ObjectNode> sent(Request request, Transfer transfer) {
        return transfers.settle(transfer, config.settleWithin()).map(outcome -> switch (outcome) {
            case Outcome.Succeeded(var in) ->
                verdicts.settled(
                        request.network(),
                        in.hash().hex(),
                        transfer.payer(),
                        transfer.authorization().value().toString());
            case Outcome.Failed(var in) ->
                failed(
                        request,
                        transfer,
                        Codes.exact("transaction_failed"),
                        in.hash().hex());
            case Outcome.Refused _ -> failed(request, transfer, Codes.exact("transaction_failed"), "");
            case Outcome.Pending(var newest) ->
                failed(
                        request,
                        transfer,
                        Codes.SETTLEMENT_PENDING,
                        newest.map(Bytes32::hex).orElse(""));
        });
    }

    private ObjectNode failed(Request request, Transfer transfer, String reason, String transaction) {
        return verdicts.failed(request.network(), reason, transaction, transfer.payer());
    }
}
