package io.tallystick.billing.signature.curve;

import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.PrivateKey;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.signature.Signature;
import java.math.BigInteger;
import java.util.Optional;
import org.web3j.crypto.ECDSASignature;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;

/** web3j's arithmetic in Java: slower, and runs everywhere. */
final class JavaSecp256k1 implements Secp256k1 {

    @Override
    public String name() {
        return "web3j";
    }

    @Override
    public Optional<Address> recover(Bytes32 digest, Signature signature) {
        var pair = new ECDSASignature(number(signature.r()), number(signature.s()));
        try {
            var publicKey = Sign.recoverFromSignature(signature.recoveryId(), pair, digest.bytes());
            return Optional.ofNullable(publicKey).map(JavaSecp256k1::address);
        } catch (IllegalArgumentException e) {
            // BouncyCastle's answer when no point of the curve has this r.
            return Optional.empty();
        }
    }

    @Override
    public Signature sign(Bytes32 digest, PrivateKey key) {
        var made = Sign.signMessage(digest.bytes(), pair(key), false);
        return new Signature(Bytes32.of(made.getR()), Bytes32.of(made.getS()), made.getV()[0]);
    }

    @Override
    public Address address(PrivateKey key) {
        return address(pair(key).getPublicKey());
    }

    private static Address address(BigInteger publicKey) {
        return Address.of("0x" + Keys.getAddress(publicKey));
    }

    private static ECKeyPair pair(PrivateKey key) {
        return ECKeyPair.create(key.secret());
    }

    private static BigInteger number(Bytes32 value) {
        return new BigInteger(1, value.bytes());
    }
}
