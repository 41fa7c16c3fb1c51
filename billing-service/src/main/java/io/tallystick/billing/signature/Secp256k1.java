package io.tallystick.billing.signature;

import io.tallystick.billing.money.Address;
import java.util.Optional;

/** Ethereum's signature algorithm. All implementations give the same answers, bit by bit. */
public interface Secp256k1 {

    /** What stands behind this, for the log. */
    String name();

    /** Who signed {@code digest}; empty when no key can have made this signature. */
    Optional<Address> recover(Bytes32 digest, Signature signature);

    /** Signs by RFC 6979, so that the same digest and key give the same signature. */
    Signature sign(Bytes32 digest, PrivateKey key);

    Address address(PrivateKey key);
}
