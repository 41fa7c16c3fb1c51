package io.tallystick.billing.signature;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What payers sign for an EIP-3009 token, as EIP-712 digests in the token's domain. */
public final class TokenDigests {
    private static final byte[] TRANSFER = typeHash("TransferWithAuthorization");
    private static final byte[] RECEIVE = typeHash("ReceiveWithAuthorization");

    private TokenDigests() {}

    /** Anyone may send it, so whoever sees it can move the tokens to {@code to}. */
    public static Bytes32 transfer(Domain token, TokenAuthorization authorization) {
        return digest(token, TRANSFER, authorization);
    }

    /** Only {@code to} may send it: the form for deposits through a collector. */
    public static Bytes32 receive(Domain token, TokenAuthorization authorization) {
        return digest(token, RECEIVE, authorization);
    }

    private static Bytes32 digest(Domain token, byte[] typeHash, TokenAuthorization authorization) {
        var words = new Words(7).add(typeHash).add(authorization);
        return token.digest(Keccak.hash(words.bytes()));
    }

    private static byte[] typeHash(String name) {
        var fields = "(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)";
        return Keccak.hash((name + fields).getBytes(UTF_8));
    }
}
