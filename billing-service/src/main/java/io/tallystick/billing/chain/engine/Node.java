package io.tallystick.billing.chain.engine;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/**
 * What the engine asks of a node of the chain. Each method waits for a bounded time.
 *
 * <p>Every method throws {@link NodeSilentException} when no answer came, which says nothing about the chain.
 */
public interface Node {

    /**
     * A block as far as it matters here.
     *
     * @param baseFeeWei in wei for each gas
     */
    record Head(long number, Bytes32 hash, BigInteger baseFeeWei) {}

    /** What a node says to a transaction offered to it. */
    enum SendAnswer {
        /** It has it now, or had it before. */
        TAKEN,
        /** A transaction with this nonce is mined: perhaps this one, perhaps an earlier attempt, perhaps a stranger's. */
        NONCE_USED,
        /** It holds another transaction of this nonce that offers as much. */
        UNDERPRICED,
        /** The signer cannot pay the fee. */
        INSUFFICIENT_FUNDS,
        /** It refuses for a reason that has no name here; the log has it. */
        REFUSED
    }

    /** What a call would do now. */
    sealed interface Estimate {
        record Gas(long gas) implements Estimate {}

        /** The contract would revert. */
        record Reverts(String reason) implements Estimate {}
    }

    Head newest();

    /** Number of the newest block that the chain itself calls final. */
    long finalizedBlock();

    /** How many transactions of {@code account} the chain has up to and with {@code block}. */
    long transactionCount(Address account, long block);

    /** The receipts of those of {@code hashes} that are in the chain. */
    Map<Bytes32, Inclusion> receipts(List<Bytes32> hashes);

    Estimate estimate(Address from, Call call);

    /** @param raw {@code 0x} and the signed bytes */
    SendAnswer send(String raw);

    /** The node did not answer, or not in a way that can be understood. */
    final class NodeSilentException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public NodeSilentException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
