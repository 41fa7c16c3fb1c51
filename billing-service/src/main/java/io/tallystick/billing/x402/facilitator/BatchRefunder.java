package io.tallystick.billing.x402.facilitator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.chain.abi.ClaimRow;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.Wire;
import io.tallystick.billing.x402.batch.BatchPayloads;
import io.tallystick.billing.x402.batch.Escrow;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Refunds for other servers: what is due is claimed first, in the same transaction. */
@ApplicationScoped
class BatchRefunder {
    private final Escrow escrow;
    private final ChainSigner signer;
    private final BatchPayloads payloads;
    private final BatchSettler settler;
    private final Claims claims;
    private final Verdicts verdicts;

    BatchRefunder(
            Escrow escrow,
            ChainSigner signer,
            BatchPayloads payloads,
            BatchSettler settler,
            Claims claims,
            Verdicts verdicts) {
        this.escrow = escrow;
        this.signer = signer;
        this.payloads = payloads;
        this.settler = settler;
        this.claims = claims;
        this.verdicts = verdicts;
    }

    /** A refund as the server completed it. */
    private record Wanted(ChannelConfig config, ChannelId id, BigInteger amount, BigInteger nonce) {}

    Uni<ObjectNode> refund(Request request, JsonNode sent) {
        var wanted = read(sent);
        if (wanted.isEmpty()) {
            return no(request, Codes.batch("refund_payload"));
        }
        var config = wanted.get().config();
        if (!config.receiver().equals(request.payTo().orElseThrow())) {
            return no(request, Codes.batch("receiver_mismatch"));
        }
        if (!config.token().equals(request.asset().orElseThrow().contract())) {
            return no(request, Codes.batch("token_mismatch"));
        }
        return switch (claims.read(sent.path("claims"), request.asset().get(), config.receiver())) {
            case Claims.Rows.Not(var code) -> no(request, code);
            case Claims.Rows.Read(var rows) ->
                claims.isOurs(wanted.get().id())
                        .chain(ours -> ours ? Uni.createFrom().item(true) : claims.anyIsOurs(rows))
                        .chain(ours -> ours
                                ? Uni.createFrom().item(verdicts.elsewhere(request.network(), config.payer()))
                                : refund(request, wanted.get(), rows, sent));
        };
    }

    private Uni<ObjectNode> refund(Request request, Wanted wanted, List<ClaimRow> rows, JsonNode sent) {
        return call(wanted, rows, sent)
                .map(call -> escrow.read(wanted.id()).chain(reading -> refund(request, wanted, rows, call, reading)))
                .orElseGet(() -> no(request, Codes.batch("authorizer_address_mismatch")));
    }

    /** What is sent: the claims and the refund, each authorized by the server or by our key. */
    private Optional<Call> call(Wanted wanted, List<ClaimRow> rows, JsonNode sent) {
        var signature = BatchSettler.signature(sent, "refundAuthorizerSignature")
                .or(() -> claims.isOurs(wanted.config().receiverAuthorizer())
                        ? Optional.of(
                                signer.sign(escrow.digests().refund(wanted.id(), wanted.nonce(), wanted.amount())))
                        : Optional.empty());
        var refund = signature.map(authorizer ->
                escrow.calls().refundWithSignature(wanted.config(), wanted.amount(), wanted.nonce(), authorizer));
        if (rows.isEmpty() || refund.isEmpty()) {
            return refund;
        }
        return claims.call(rows, BatchSettler.signature(sent, "claimAuthorizerSignature"))
                .map(claim -> escrow.calls().multicall(new ArrayList<>(List.of(claim, refund.get()))));
    }

    private Uni<ObjectNode> refund(
            Request request, Wanted wanted, List<ClaimRow> rows, Call call, ChannelReading before) {
        var due = rows.stream()
                .filter(row -> escrow.digests().channelId(row.channel()).equals(wanted.id()))
                .map(ClaimRow::totalClaimed)
                .reduce(before.totalClaimed(), BigInteger::max);
        var refundable = wanted.amount().min(before.balance().subtract(due));
        // The same refund again: its nonce is used, and its transaction tells how it went.
        if (before.refundNonce().equals(wanted.nonce()) && refundable.signum() <= 0) {
            return no(request, Codes.batch("refund_no_balance"));
        }
        var payer = wanted.config().payer();
        var intent = new Intent("refund:" + wanted.id() + ":" + wanted.nonce() + ":" + BatchSettler.hash(call), call);
        return settler.send(intent).chain(outcome -> switch (outcome) {
            case Outcome.Succeeded(var in) ->
                escrow.read(wanted.id())
                        .map(after -> verdicts.withState(
                                verdicts.settled(
                                        request.network(),
                                        in.hash().hex(),
                                        payer,
                                        moved(before, after, wanted).toString()),
                                wanted.id(),
                                after));
            case Outcome.Failed(var in) ->
                no(request, Codes.batch("refund_transaction_failed"), in.hash().hex());
            case Outcome.Refused _ -> no(request, Codes.batch("refund_simulation_failed"));
            case Outcome.Pending(var newest) -> Uni.createFrom().item(settler.pending(request, newest));
        });
    }

    /** What went back. On a repeated request the balance fell before, and the amount asked for is what is known. */
    private static BigInteger moved(ChannelReading before, ChannelReading after, Wanted wanted) {
        var fell = before.balance().subtract(after.balance());
        return fell.signum() > 0 ? fell.min(wanted.amount()) : wanted.amount();
    }

    private Optional<Wanted> read(JsonNode sent) {
        try {
            var config = payloads.config(sent);
            return Optional.of(new Wanted(
                    config,
                    escrow.digests().channelId(config),
                    fitting(Wire.number(sent.path("amount"))),
                    Wire.number(sent.path("refundNonce"))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static BigInteger fitting(BigInteger amount) {
        if (amount.signum() == 0 || amount.bitLength() > 128) {
            throw new IllegalArgumentException("refund outside uint128");
        }
        return amount;
    }

    private Uni<ObjectNode> no(Request request, String code) {
        return no(request, code, "");
    }

    private Uni<ObjectNode> no(Request request, String code, String transaction) {
        return Uni.createFrom().item(verdicts.failed(request.network(), code, transaction));
    }
}
