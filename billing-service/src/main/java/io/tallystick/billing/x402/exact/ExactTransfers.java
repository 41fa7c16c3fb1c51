package io.tallystick.billing.x402.exact;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.chain.Simulation;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.abi.TokenCalls;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.payment.PaymentFaults;
import io.tallystick.billing.payment.PaymentFaults.Point;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Domain;
import io.tallystick.billing.signature.Hex;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.signature.Signature;
import io.tallystick.billing.signature.TokenAuthorization;
import io.tallystick.billing.signature.TokenDigests;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.Wire;
import io.tallystick.billing.x402.X402Config;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Single payments by EIP-3009: read, verified, and brought to the chain once each. */
@ApplicationScoped
public class ExactTransfers {
    private final ChainReads reads;
    private final ChainSigner signer;
    private final Transactions transactions;
    private final Secp256k1 secp256k1;
    private final X402Config config;
    private final PaymentFaults faults;

    ExactTransfers(
            ChainReads reads,
            ChainSigner signer,
            Transactions transactions,
            Secp256k1 secp256k1,
            X402Config config,
            PaymentFaults faults) {
        this.reads = reads;
        this.signer = signer;
        this.transactions = transactions;
        this.secp256k1 = secp256k1;
        this.config = config;
        this.faults = faults;
    }

    /** A payer's authorization as it came; nothing of it is proven. */
    public record Transfer(Asset asset, TokenAuthorization authorization, String signature) {

        public Address payer() {
            return authorization.from();
        }

        /** Names the payment for ever: the token takes an authorizer's nonce once. */
        public String key() {
            return "exact:" + asset.contract() + ":" + authorization.from() + ":" + authorization.nonce();
        }
    }

    /** Reads an {@code exact} payload; empty if it is none. */
    public Optional<Transfer> read(Asset asset, JsonNode payload) {
        try {
            var sent = payload.path("authorization");
            return Optional.of(new Transfer(
                    asset,
                    new TokenAuthorization(
                            Wire.address(sent.path("from")),
                            Wire.address(sent.path("to")),
                            Wire.number(sent.path("value")),
                            Wire.number(sent.path("validAfter")),
                            Wire.number(sent.path("validBefore")),
                            new Bytes32(sent.path("nonce").asText())),
                    Wire.hex(payload.path("signature"))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Why a transfer does not pay {@code amount} to {@code payTo}; empty if it does. Checked in the protocol's order. */
    public Uni<Optional<String>> verify(Transfer transfer, Address payTo, BigInteger amount, Instant now) {
        var authorization = transfer.authorization();
        return reads.hasCode(transfer.payer()).chain(contract -> {
            if (!contract && !signedByPayer(transfer)) {
                return not("signature");
            }
            if (!authorization.to().equals(payTo)) {
                return not("recipient_mismatch");
            }
            if (!authorization.value().equals(amount)) {
                return not("payload_authorization_value_mismatch");
            }
            if (authorization.validBefore().compareTo(seconds(now.plusSeconds(X402Config.SPARE_SECONDS))) < 0) {
                return not("payload_authorization_valid_before");
            }
            if (authorization.validAfter().compareTo(seconds(now)) > 0) {
                return not("payload_authorization_valid_after");
            }
            return onChain(transfer);
        });
    }

    /** Brings a transfer to the chain, once: one that was refused is not tried again. */
    public Uni<Outcome> settleOnce(Transfer transfer, Duration wait) {
        return reads.hasCode(transfer.payer())
                .chain(contract -> transactions.submitOnce(new Intent(transfer.key(), call(transfer, contract))))
                .invoke(() -> faults.at(Point.SETTLEMENT_SUBMITTED))
                .chain(() -> transactions.outcome(transfer.key(), 0, wait));
    }

    /** Brings a transfer to the chain, or answers how it stands if it was asked for before; a refused one is tried anew. */
    public Uni<Outcome> settle(Transfer transfer, Duration wait) {
        return reads.hasCode(transfer.payer())
                .chain(contract -> transactions.submit(new Intent(transfer.key(), call(transfer, contract))))
                .invoke(() -> faults.at(Point.SETTLEMENT_SUBMITTED))
                .chain(() -> transactions.outcome(transfer.key(), 0, wait));
    }

    /** Whether it was asked for before, and not refused: it was sent, or will be. */
    public Uni<Boolean> begun(Transfer transfer) {
        return transactions.find(transfer.key()).map(before -> before.filter(Transaction::wanted)
                .isPresent());
    }

    /** Whether it was ever asked for, however it ended. */
    public Uni<Boolean> known(Transfer transfer) {
        return transactions.find(transfer.key()).map(Optional::isPresent);
    }

    private Uni<Optional<String>> onChain(Transfer transfer) {
        var token = transfer.asset().contract();
        var authorization = transfer.authorization();
        return reads.authorizationUsed(token, transfer.payer(), authorization.nonce())
                .chain(used -> used
                        ? not("nonce_already_used")
                        : reads.balance(token, transfer.payer())
                                .chain(balance -> balance.compareTo(authorization.value()) < 0
                                        ? not("insufficient_balance")
                                        : simulated(transfer)));
    }

    private Uni<Optional<String>> simulated(Transfer transfer) {
        return reads.hasCode(transfer.payer())
                .chain(contract -> reads.simulate(signer.address().orElseThrow(), call(transfer, contract)))
                .map(simulation -> switch (simulation) {
                    case Simulation.Succeeds _ -> Optional.<String>empty();
                    case Simulation.Reverts _ -> Optional.of(Codes.exact("transaction_simulation_failed"));
                });
    }

    private boolean signedByPayer(Transfer transfer) {
        var asset = transfer.asset();
        var domain = new Domain(config.tokenName(), config.tokenVersion(), asset.chainId(), asset.contract());
        return Signature.parse(transfer.signature())
                .flatMap(signature ->
                        secp256k1.recover(TokenDigests.transfer(domain, transfer.authorization()), signature))
                .filter(transfer.payer()::equals)
                .isPresent();
    }

    private static Call call(Transfer transfer, boolean contract) {
        var token = new TokenCalls(transfer.asset().contract());
        return contract
                ? token.transferWithAuthorization(transfer.authorization(), Hex.decode(transfer.signature()))
                : token.transferWithAuthorization(
                        transfer.authorization(),
                        Signature.parse(transfer.signature()).orElseThrow());
    }

    private static BigInteger seconds(Instant instant) {
        return BigInteger.valueOf(instant.getEpochSecond());
    }

    private static Uni<Optional<String>> not(String code) {
        return Uni.createFrom().item(Optional.of(Codes.exact(code)));
    }
}
