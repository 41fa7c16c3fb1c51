package io.tallystick.billing.chain.abi;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Signature;
import io.tallystick.billing.signature.TokenAuthorization;
import io.tallystick.billing.signature.Words;
import java.math.BigInteger;

/** The calls of an ERC-20 token with EIP-3009 authorizations. */
public final class TokenCalls {
    private final Address token;

    public TokenCalls(Address token) {
        this.token = requireNonNull(token, "token");
    }

    /** Moves what a key authorized. */
    public Call transferWithAuthorization(TokenAuthorization authorization, Signature signature) {
        var words = new Words(9)
                .add(authorization)
                .add(signature.v())
                .add(signature.r())
                .add(signature.s());
        return Functions.call(
                token,
                "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
                new AbiTuple().add(words));
    }

    /** Moves what a key or a contract wallet (ERC-1271) authorized. */
    public Call transferWithAuthorization(TokenAuthorization authorization, byte[] signature) {
        return Functions.call(
                token,
                "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
                new AbiTuple().add(new Words(6).add(authorization)).add(signature));
    }

    /** Answers {@code bool}: the authorization was used or cancelled. */
    public Call authorizationState(Address authorizer, Bytes32 nonce) {
        return Functions.call(
                token,
                "authorizationState(address,bytes32)",
                new AbiTuple().add(new Words(2).add(authorizer).add(nonce)));
    }

    /** Answers {@code uint256} token units. */
    public Call balanceOf(Address holder) {
        return Functions.call(token, "balanceOf(address)", new AbiTuple().add(new Words(1).add(holder)));
    }

    public Call transfer(Address to, BigInteger units) {
        return Functions.call(
                token,
                "transfer(address,uint256)",
                new AbiTuple().add(new Words(2).add(to).add(units)));
    }

    /** The test token's gift to anyone. */
    public Call mint(Address to, BigInteger units) {
        return Functions.call(
                token,
                "mint(address,uint256)",
                new AbiTuple().add(new Words(2).add(to).add(units)));
    }

    /** What the collector for EIP-3009 deposits wants: {@code (uint256, uint256, uint256, bytes)}. */
    public static byte[] collectorData(
            BigInteger validAfter, BigInteger validBefore, BigInteger salt, byte[] signature) {
        return new AbiTuple()
                .add(new Words(3).add(validAfter).add(validBefore).add(salt))
                .add(signature)
                .encode();
    }
}
