package io.tallystick.billing.x402.facilitator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.chain.ReceiverReading;
import io.tallystick.billing.chain.Simulation;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.abi.ClaimRow;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Hex;
import io.tallystick.billing.signature.Keccak;
import io.tallystick.billing.signature.Signature;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.X402Config;
import io.tallystick.billing.x402.batch.BatchPayload;
import io.tallystick.billing.x402.batch.BatchPayloads;
import io.tallystick.billing.x402.batch.Deposits;
import io.tallystick.billing.x402.batch.Escrow;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Deposits, claims and payouts for other servers. Each is idempotent by what it does, not by how it was sent. */
@ApplicationScoped
class BatchSettler {
    private final Escrow escrow;
    private final Deposits deposits;
    private final BatchVerifier verifier;
    private final BatchPayloads payloads;
    private final Claims claims;
    private final ChainReads reads;
    private final ChainSigner signer;
    private final Transactions transactions;
    private final Verdicts verdicts;
    private final X402Config config;
    private final Map<String, Uni<ObjectNode>> payouts = new ConcurrentHashMap<>();

    BatchSettler(
            Escrow escrow,
            Deposits deposits,
            BatchVerifier verifier,
            BatchPayloads payloads,
            Claims claims,
            ChainReads reads,
            ChainSigner signer,
            Transactions transactions,
            Verdicts verdicts,
            X402Config config) {
        this.escrow = escrow;
        this.deposits = deposits;
        this.verifier = verifier;
        this.payloads = payloads;
        this.claims = claims;
        this.reads = reads;
        this.signer = signer;
        this.transactions = transactions;
        this.verdicts = verdicts;
        this.config = config;
    }

    Uni<ObjectNode> deposit(Request request, JsonNode sent, Instant now) {
        if (!(payloads.read(sent) instanceof BatchPayloads.Read.Ok(BatchPayload.Deposit deposit))) {
            return no(request, Codes.batch("payload_type"));
        }
        var payer = deposit.config().payer();
        var offered = verifier.offered(request, deposit);
        if (offered.isPresent()) {
            return Uni.createFrom().item(verdicts.failed(request.network(), offered.get(), "", payer));
        }
        return verifier.left(request, deposit.voucher().channelId(), now)
                .chain(theirs -> theirs
                        ? made(request, deposit, now)
                        : Uni.createFrom().item(verdicts.elsewhere(request.network(), payer)));
    }

    private Uni<ObjectNode> made(Request request, BatchPayload.Deposit deposit, Instant now) {
        var payer = deposit.config().payer();
        return deposits.make(deposit, request.asset().orElseThrow(), now).chain(made -> switch (made) {
            case Deposits.Result.Made(var transaction) -> deposited(request, deposit, transaction);
            case Deposits.Result.Not(var code, var transaction) ->
                Uni.createFrom().item(verdicts.failed(request.network(), code, transaction, payer));
            case Deposits.Result.Pending(var transaction) ->
                Uni.createFrom().item(verdicts.failed(request.network(), Codes.SETTLEMENT_PENDING, transaction, payer));
        });
    }

    /** Named by its rows: the same rows again are the same claim. */
    Uni<ObjectNode> claim(Request request, JsonNode sent) {
        var rows = claims.read(
                sent.path("claims"),
                request.asset().orElseThrow(),
                request.payTo().orElseThrow());
        return switch (rows) {
            case Claims.Rows.Not(var code) -> no(request, code);
            case Claims.Rows.Read(var read) when read.isEmpty() -> no(request, Codes.batch("payload_type"));
            case Claims.Rows.Read(var read) ->
                claims.anyIsOurs(read)
                        .chain(ours -> ours
                                ? Uni.createFrom().item(verdicts.elsewhere(request.network(), payer(read)))
                                : claims.call(read, signature(sent, "claimAuthorizerSignature"))
                                        .map(call -> claimed(request, call))
                                        .orElseGet(() -> no(request, Codes.batch("authorizer_address_mismatch"))));
        };
    }

    /** Pays out what was claimed. Requests are all alike, so those that come while one is under way share it. */
    Uni<ObjectNode> payOut(Request request, Address receiver, Address token) {
        return payouts.computeIfAbsent(receiver + ":" + token, key -> paidOut(request, receiver, token)
                .onTermination()
                .invoke(() -> payouts.remove(key))
                .memoize()
                .indefinitely());
    }

    private static Address payer(List<ClaimRow> rows) {
        return rows.getFirst().channel().payer();
    }

    private Uni<ObjectNode> deposited(Request request, BatchPayload.Deposit deposit, String transaction) {
        var id = deposit.voucher().channelId();
        var verdict = verdicts.settled(
                request.network(),
                transaction,
                deposit.config().payer(),
                deposit.amount().toString());
        return escrow.read(id).map(reading -> verdicts.withState(verdict, id, reading));
    }

    private Uni<ObjectNode> claimed(Request request, Call call) {
        return send(new Intent("claim:" + hash(call), call)).map(outcome -> switch (outcome) {
            case Outcome.Succeeded(var in) ->
                verdicts.settled(request.network(), in.hash().hex());
            case Outcome.Failed(var in) ->
                verdicts.failed(
                        request.network(),
                        Codes.batch("claim_transaction_failed"),
                        in.hash().hex());
            case Outcome.Refused _ -> verdicts.failed(request.network(), Codes.batch("claim_simulation_failed"), "");
            case Outcome.Pending(var newest) -> pending(request, newest);
        });
    }

    private Uni<ObjectNode> paidOut(Request request, Address receiver, Address token) {
        var call = escrow.calls().settle(receiver, token);
        return reads.receiver(receiver, token)
                .chain(owed -> owed.unsettled().signum() == 0
                        ? no(request, Codes.batch("nothing_to_settle"))
                        : reads.simulate(signer.address().orElseThrow(), call).chain(simulation -> switch (simulation) {
                            case Simulation.Reverts _ -> no(request, Codes.batch("settle_simulation_failed"));
                            case Simulation.Succeeds _ ->
                                paidOut(
                                        request,
                                        key(receiver, request.asset().orElseThrow(), owed),
                                        call,
                                        owed.unsettled());
                        }));
    }

    /** What was claimed so far is paid out once, however often it is asked for and whoever asks. */
    private static String key(Address receiver, Asset asset, ReceiverReading reading) {
        return "settle:" + asset.chainId() + ":" + receiver + ":" + asset.contract() + ":" + reading.claimed();
    }

    private Uni<ObjectNode> paidOut(Request request, String key, Call call, BigInteger owed) {
        return send(new Intent(key, call)).map(outcome -> switch (outcome) {
            case Outcome.Succeeded(var in) ->
                verdicts.settled(request.network(), in.hash().hex()).put("amount", owed.toString());
            case Outcome.Failed(var in) ->
                verdicts.failed(
                        request.network(),
                        Codes.batch("settle_transaction_failed"),
                        in.hash().hex());
            case Outcome.Refused _ -> verdicts.failed(request.network(), Codes.batch("settle_simulation_failed"), "");
            case Outcome.Pending(var newest) -> pending(request, newest);
        });
    }

    Uni<Outcome> send(Intent intent) {
        return transactions.submit(intent).chain(() -> transactions.outcome(intent.key(), 0, config.settleWithin()));
    }

    static Bytes32 hash(Call call) {
        return Bytes32.of(Keccak.hash(Hex.decode(call.data())));
    }

    static Optional<Signature> signature(JsonNode sent, String field) {
        return Signature.parse(sent.path(field).asText());
    }

    ObjectNode pending(Request request, Optional<Bytes32> newest) {
        return verdicts.failed(
                request.network(),
                Codes.SETTLEMENT_PENDING,
                newest.map(Bytes32::hex).orElse(""));
    }

    private Uni<ObjectNode> no(Request request, String code) {
        return Uni.createFrom().item(verdicts.failed(request.network(), code, ""));
    }
}
