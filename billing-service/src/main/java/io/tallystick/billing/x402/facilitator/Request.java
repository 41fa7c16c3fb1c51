package io.tallystick.billing.x402.facilitator;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a resource server wants to be paid.
 *
 * @param tenant whose server asks
 * @param asset the token; absent if the request names none of a chain we know
 * @param payTo absent where the action names its own receiver
 * @param amount absent if it is no decimal string
 * @param tokenName the token's EIP-712 name as the server has it; may be empty
 * @param tokenVersion the token's EIP-712 version as the server has it; may be empty
 * @param receiverAuthorizer zero where none is named
 */
record Request(
        String tenant,
        String scheme,
        String network,
        Optional<Asset> asset,
        Optional<Address> payTo,
        Optional<BigInteger> amount,
        String tokenName,
        String tokenVersion,
        Address receiverAuthorizer,
        OptionalLong withdrawDelaySeconds) {

    Request {
        requireNonNull(tenant, "tenant");
        requireNonNull(scheme, "scheme");
        requireNonNull(network, "network");
        requireNonNull(asset, "asset");
        requireNonNull(payTo, "payTo");
        requireNonNull(amount, "amount");
        requireNonNull(tokenName, "tokenName");
        requireNonNull(tokenVersion, "tokenVersion");
        requireNonNull(receiverAuthorizer, "receiverAuthorizer");
        requireNonNull(withdrawDelaySeconds, "withdrawDelaySeconds");
    }
}
