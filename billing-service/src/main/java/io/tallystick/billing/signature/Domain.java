package io.tallystick.billing.signature;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.billing.money.Address;

/**
 * An EIP-712 domain: which contract on which chain a signature is meant for.
 *
 * @param separator the domain's hash, made once
 */
public record Domain(String name, String version, long chainId, Address verifyingContract, Bytes32 separator) {
    private static final byte[] TYPE_HASH = Keccak.hash(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)".getBytes(UTF_8));

    public Domain(String name, String version, long chainId, Address verifyingContract) {
        this(name, version, chainId, verifyingContract, separator(name, version, chainId, verifyingContract));
    }

    /** The domain of x402's batch-settlement contract. */
    public static Domain ofEscrow(long chainId, Address escrow) {
        return new Domain("x402 Batch Settlement", "1", chainId, escrow);
    }

    /** What is signed: {@code keccak256(0x19 0x01 ‖ separator ‖ structHash)}. */
    Bytes32 digest(byte[] structHash) {
        return Bytes32.of(Keccak.hash(new byte[] {0x19, 0x01}, separator.bytes(), structHash));
    }

    private static Bytes32 separator(String name, String version, long chainId, Address verifyingContract) {
        var words = new Words(5)
                .add(TYPE_HASH)
                .add(Keccak.hash(name.getBytes(UTF_8)))
                .add(Keccak.hash(version.getBytes(UTF_8)))
                .add(chainId)
                .add(verifyingContract);
        return Bytes32.of(Keccak.hash(words.bytes()));
    }
}
