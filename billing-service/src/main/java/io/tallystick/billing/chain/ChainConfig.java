package io.tallystick.billing.chain;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;

/** Which chain, which contracts, and how patiently transactions are sent. */
@ConfigMapping(prefix = "tallystick.chain")
public interface ChainConfig {
    String ADDRESS = "0x[0-9a-fA-F]{40}";

    /** JSON-RPC endpoint of a node. */
    @WithDefault("http://127.0.0.1:7145")
    URI rpcUrl();

    /** EIP-155 id that the node has to have; nothing is sent to another chain. 84532 is Base Sepolia. */
    @WithDefault("84532")
    @Min(1) long id();

    /** The ERC-20 token that prices and payments are in: on 84532 USDC, or the test token in its place. */
    @WithDefault("0x036CbD53842c5426634e7929541eC2318f3dCF7e")
    @Pattern(regexp = ADDRESS) String asset();

    /** x402's batch-settlement contract; the same address on all chains. */
    @WithDefault("0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003")
    @Pattern(regexp = ADDRESS) String escrow();

    /** Its collector for deposits that are authorized by EIP-3009. */
    @WithDefault("0x4020806089470a89826cB9fB1f4059150b550004")
    @Pattern(regexp = ADDRESS) String erc3009Collector();

    /** Blocks on top of a transaction's own before it is booked. */
    @WithDefault("12")
    @Min(0) @Max(256) int confirmations();

    /** A channel's balance that rose by more token units than that counts {@link #largeDepositDepth} blocks later. */
    @WithDefault("100000000")
    BigInteger smallDepositUnits();

    /** See {@link #smallDepositUnits}. Small deposits count in the block that has them. */
    @WithDefault("3")
    @Min(0) @Max(64) int largeDepositDepth();

    /** Blocks that have to be on top of a deposit before it counts; never more than before it is booked. */
    default int depthOf(BigInteger depositUnits) {
        return depositUnits.compareTo(smallDepositUnits()) > 0 ? Math.min(largeDepositDepth(), confirmations()) : 0;
    }

    /** Whether the chain has to call a block {@code finalized}, too, before it is booked. */
    @WithDefault("false")
    boolean awaitFinalized();

    /** Longest wait for one answer of the node. */
    @WithDefault("5s")
    Duration rpcTimeout();

    /** Most requests in one message to the node. */
    @WithDefault("50")
    @Min(1) @Max(1000) int rpcMaxBatch();

    /** Largest answer that is read. */
    @WithDefault("4194304")
    @Min(65536) int rpcMaxAnswerBytes();

    /** How often the engine looks at the chain while something is open; without work, at every fourth turn. */
    @WithDefault("500ms")
    Duration pollInterval();

    /** How long a worker that says nothing keeps its right to work. */
    @WithDefault("8s")
    Duration leaseDuration();

    /** A transaction that no block has is given to the node again after this. */
    @WithDefault("15s")
    Duration resendAfter();

    /** A transaction that was signed so long ago and is in no block gets higher fees. */
    @WithDefault("45s")
    Duration replaceAfter();

    /** Offered to the makers of blocks, in wei for each gas. */
    @WithDefault("1000000")
    BigInteger tipWei();

    /** Most that is ever offered for a gas, in wei; above it an alarm is raised instead. */
    @WithDefault("100000000000")
    BigInteger feeCapWei();
}
