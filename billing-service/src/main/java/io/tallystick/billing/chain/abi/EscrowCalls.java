package io.tallystick.billing.chain.abi;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.billing.signature.Hex;
import io.tallystick.billing.signature.Signature;
import io.tallystick.billing.signature.Words;
import java.math.BigInteger;
import java.util.List;

/** The calls of x402's batch-settlement contract. */
public final class EscrowCalls {
    private static final String CONFIG = "(address,address,address,address,address,uint40,bytes32)";
    private static final String ROWS = "((" + CONFIG + ",uint128),bytes,uint128)[]";

    private final Address escrow;

    public EscrowCalls(Address escrow) {
        this.escrow = requireNonNull(escrow, "escrow");
    }

    /** @param collectorData what {@code collector} fetches the tokens with */
    public Call deposit(ChannelConfig config, BigInteger amount, Address collector, byte[] collectorData) {
        var arguments = new AbiTuple()
                .add(new Words(9).add(config).add(amount).add(collector))
                .add(collectorData);
        return call("deposit(" + CONFIG + ",uint128,address,bytes)", arguments);
    }

    /** Sent by the receiver or its authorizer. */
    public Call claim(List<ClaimRow> rows) {
        return call("claim(" + ROWS + ")", new AbiTuple().add(tuples(rows)));
    }

    /** Sent by anyone, with the authorizer's signature over the batch. */
    public Call claimWithSignature(List<ClaimRow> rows, Signature authorizer) {
        var arguments = new AbiTuple().add(tuples(rows)).add(authorizer.bytes());
        return call("claimWithSignature(" + ROWS + ",bytes)", arguments);
    }

    public Call settle(Address receiver, Address token) {
        return call(
                "settle(address,address)",
                new AbiTuple().add(new Words(2).add(receiver).add(token)));
    }

    /** Sent by the receiver or its authorizer. */
    public Call refund(ChannelConfig config, BigInteger amount) {
        return call(
                "refund(" + CONFIG + ",uint128)",
                new AbiTuple().add(new Words(8).add(config).add(amount)));
    }

    /** Sent by anyone, with the authorizer's signature over the refund. */
    public Call refundWithSignature(ChannelConfig config, BigInteger amount, BigInteger nonce, Signature authorizer) {
        var arguments = new AbiTuple()
                .add(new Words(9).add(config).add(amount).add(nonce))
                .add(authorizer.bytes());
        return call("refundWithSignature(" + CONFIG + ",uint128,uint256,bytes)", arguments);
    }

    /** Sent by the payer. */
    public Call initiateWithdraw(ChannelConfig config, BigInteger amount) {
        return call(
                "initiateWithdraw(" + CONFIG + ",uint128)",
                new AbiTuple().add(new Words(8).add(config).add(amount)));
    }

    /** Sent by the payer, when the delay is over. */
    public Call finalizeWithdraw(ChannelConfig config) {
        return call("finalizeWithdraw(" + CONFIG + ")", new AbiTuple().add(new Words(7).add(config)));
    }

    /** Several calls of this contract in one transaction: all of them happen, or none. */
    public Call multicall(List<Call> calls) {
        var data = calls.stream().map(call -> Hex.decode(call.data())).toList();
        return call("multicall(bytes[])", new AbiTuple().addAll(data));
    }

    /** Answers {@code (uint128 balance, uint128 totalClaimed)}. */
    public Call channels(ChannelId id) {
        return call("channels(bytes32)", new AbiTuple().add(new Words(1).add(id)));
    }

    /** Answers {@code (uint128 amount, uint40 initiatedAt)}. */
    public Call pendingWithdrawals(ChannelId id) {
        return call("pendingWithdrawals(bytes32)", new AbiTuple().add(new Words(1).add(id)));
    }

    /** Answers {@code uint256}. */
    public Call refundNonce(ChannelId id) {
        return call("refundNonce(bytes32)", new AbiTuple().add(new Words(1).add(id)));
    }

    /** Answers {@code (uint128 totalClaimed, uint128 totalSettled)}. */
    public Call receivers(Address receiver, Address token) {
        return call(
                "receivers(address,address)",
                new AbiTuple().add(new Words(2).add(receiver).add(token)));
    }

    private Call call(String function, AbiTuple arguments) {
        return Functions.call(escrow, function, arguments);
    }

    private static List<AbiTuple> tuples(List<ClaimRow> rows) {
        return rows.stream()
                .map(row -> new AbiTuple()
                        .add(new Words(8).add(row.channel()).add(row.maxClaimableAmount()))
                        .add(row.signature().bytes())
                        .add(row.totalClaimed()))
                .toList();
    }
}
