package io.tallystick.billing.x402.batch;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.chain.Simulation;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.abi.TokenCalls;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.payment.PaymentFaults;
import io.tallystick.billing.payment.PaymentFaults.Point;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Domain;
import io.tallystick.billing.signature.EscrowDigests;
import io.tallystick.billing.signature.Hex;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.signature.Signature;
import io.tallystick.billing.signature.TokenAuthorization;
import io.tallystick.billing.signature.TokenDigests;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.X402Config;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;

/**
 * Brings payers' deposits into the contract. A deposit is named by its authorization, which the token takes once: sent
 * again by the payer, it is the same deposit.
 */
@ApplicationScoped
public class Deposits {
    private final Escrow escrow;
    private final ChainReads reads;
    private final ChainSigner signer;
    private final Transactions transactions;
    private final Secp256k1 secp256k1;
    private final X402Config config;
    private final ChainConfig chain;
    private final PaymentFaults faults;

    Deposits(
            Escrow escrow,
            ChainReads reads,
            ChainSigner signer,
            Transactions transactions,
            Secp256k1 secp256k1,
            X402Config config,
            ChainConfig chain,
            PaymentFaults faults) {
        this.escrow = escrow;
        this.reads = reads;
        this.signer = signer;
        this.transactions = transactions;
        this.secp256k1 = secp256k1;
        this.config = config;
        this.chain = chain;
        this.faults = faults;
    }

    /** What became of a deposit. */
    public sealed interface Result {

        record Made(String transaction) implements Result {}

        /** Nothing was deposited. */
        record Not(String code, String transaction) implements Result {}

        /** Sent, or about to be, and not in a block yet. */
        record Pending(String transaction) implements Result {}
    }

    /** Makes a deposit, or answers how it stands if it was asked for before. */
    public Uni<Result> make(BatchPayload.Deposit deposit, Asset asset, Instant now) {
        return begun(deposit, asset)
                .chain(begun -> begun
                        ? submit(deposit, asset)
                        : verify(deposit, asset, now)
                                .chain(code -> code.isPresent()
                                        ? Uni.createFrom().<Result>item(new Result.Not(code.get(), ""))
                                        : submit(deposit, asset)));
    }

    /** Whether this deposit was asked for before, and not refused: it was sent, or will be. */
    public Uni<Boolean> begun(BatchPayload.Deposit deposit, Asset asset) {
        return transactions.find(key(deposit, asset)).map(before -> before.filter(Transaction::wanted)
                .isPresent());
    }

    /** Why a deposit would not be made; empty if it would. */
    public Uni<Optional<String>> verify(BatchPayload.Deposit deposit, Asset asset, Instant now) {
        if (deposit.validBefore().compareTo(BigInteger.valueOf(now.getEpochSecond() + X402Config.SPARE_SECONDS)) < 0) {
            return not("payload_authorization_valid_before");
        }
        if (deposit.validAfter().compareTo(BigInteger.valueOf(now.getEpochSecond())) > 0) {
            return not("payload_authorization_valid_after");
        }
        var payer = deposit.config().payer();
        return reads.hasCode(payer)
                .chain(contract -> !contract && !signedByPayer(deposit, asset)
                        ? not("receive_authorization_signature")
                        : reads.balance(asset.contract(), payer)
                                .chain(balance -> balance.compareTo(deposit.amount()) < 0
                                        ? not("insufficient_balance")
                                        : simulated(deposit)));
    }

    private Uni<Optional<String>> simulated(BatchPayload.Deposit deposit) {
        return reads.simulate(signer.address().orElseThrow(), call(deposit)).map(simulation -> switch (simulation) {
            case Simulation.Succeeds _ -> Optional.<String>empty();
            case Simulation.Reverts _ -> Optional.of(Codes.batch("deposit_simulation_failed"));
        });
    }

    private Uni<Result> submit(BatchPayload.Deposit deposit, Asset asset) {
        var intent = new Intent(key(deposit, asset), call(deposit));
        return transactions
                .submit(intent)
                .invoke(() -> faults.at(Point.DEPOSIT_SUBMITTED))
                .chain(() -> transactions.outcome(intent.key(), chain.depthOf(deposit.amount()), config.settleWithin()))
                .invoke(() -> faults.at(Point.DEPOSIT_MINED))
                .map(Deposits::result)
                // Another deposit under this authorization: the token would take only the first.
                .onFailure(IllegalArgumentException.class)
                .recoverWithItem(new Result.Not(Codes.batch("deposit_simulation_failed"), ""));
    }

    private static Result result(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Succeeded(var in) -> new Result.Made(hash(in));
            case Outcome.Failed(var in) -> new Result.Not(Codes.batch("deposit_transaction_failed"), hash(in));
            case Outcome.Refused _ -> new Result.Not(Codes.batch("deposit_simulation_failed"), "");
            case Outcome.Pending(var newest) ->
                new Result.Pending(newest.map(Bytes32::hex).orElse(""));
        };
    }

    private static String hash(Inclusion inclusion) {
        return inclusion.hash().hex();
    }

    private boolean signedByPayer(BatchPayload.Deposit deposit, Asset asset) {
        var domain = new Domain(config.tokenName(), config.tokenVersion(), asset.chainId(), asset.contract());
        var authorization = new TokenAuthorization(
                deposit.config().payer(),
                escrow.erc3009Collector(),
                deposit.amount(),
                deposit.validAfter(),
                deposit.validBefore(),
                nonce(deposit));
        return Signature.parse(deposit.signature())
                .flatMap(signature -> secp256k1.recover(TokenDigests.receive(domain, authorization), signature))
                .filter(deposit.config().payer()::equals)
                .isPresent();
    }

    private Call call(BatchPayload.Deposit deposit) {
        var data = TokenCalls.collectorData(
                deposit.validAfter(), deposit.validBefore(), deposit.salt(), Hex.decode(deposit.signature()));
        return escrow.calls().deposit(deposit.config(), deposit.amount(), escrow.erc3009Collector(), data);
    }

    private static String key(BatchPayload.Deposit deposit, Asset asset) {
        return "deposit:" + asset.contract() + ":" + deposit.config().payer() + ":" + nonce(deposit);
    }

    private static Bytes32 nonce(BatchPayload.Deposit deposit) {
        return EscrowDigests.depositNonce(deposit.voucher().channelId(), deposit.salt());
    }

    private static Uni<Optional<String>> not(String code) {
        return Uni.createFrom().item(Optional.of(Codes.batch(code)));
    }
}
