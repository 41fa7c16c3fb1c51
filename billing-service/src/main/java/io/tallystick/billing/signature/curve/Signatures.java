package io.tallystick.billing.signature.curve;

import io.quarkus.logging.Log;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Hex;
import io.tallystick.billing.signature.Keccak;
import io.tallystick.billing.signature.PrivateKey;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.signature.Signature;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.web3j.crypto.ECDSASignature;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/** Chooses once, at start, who does the arithmetic: the native library, or Java where there is none. */
@ApplicationScoped
public class Signatures {

    @Produces
    @ApplicationScoped
    Secp256k1 secp256k1() {
        var chosen = fastest();
        Log.infof("signatures chosen, implementation=%s", chosen.name());
        return chosen;
    }

    /** The fastest implementation that loads on this machine. */
    public static Secp256k1 fastest() {
        try {
            var candidate = new NativeSecp256k1();
            selfTest(candidate);
            return candidate;
        } catch (LinkageError | RuntimeException e) {
            Log.warnf("libsecp256k1 does not load, signatures are made in Java, cause=%s", e.toString());
            return new InJava();
        }
    }

    /** Every implementation, for tests that hold them together. */
    public static List<Secp256k1> all() {
        return List.of(new NativeSecp256k1(), new InJava());
    }

    private static void selfTest(Secp256k1 candidate) {
        var key = PrivateKey.parse("0x" + "0".repeat(63) + "1");
        var digest = Bytes32.of(Keccak.hash());
        var signature = candidate.sign(digest, key);
        if (!new InJava().sign(digest, key).equals(signature)) {
            throw new IllegalStateException("libsecp256k1 signs differently");
        }
    }

    /** web3j's arithmetic in Java: slower, and runs everywhere. */
    static final class InJava implements Secp256k1 {
        private static final int PUBLIC_KEY_BYTES = 64;

        @Override
        public String name() {
            return "web3j";
        }

        @Override
        public Optional<Address> recover(Bytes32 digest, Signature signature) {
            var pair = new ECDSASignature(number(signature.r()), number(signature.s()));
            try {
                var publicKey = Sign.recoverFromSignature(signature.recoveryId(), pair, digest.bytes());
                return Optional.ofNullable(publicKey).map(InJava::address);
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
            // web3j's own would bring its key stores, and with them a security provider, into the service.
            return Hex.address(Keccak.hash(Numeric.toBytesPadded(publicKey, PUBLIC_KEY_BYTES)));
        }

        private static ECKeyPair pair(PrivateKey key) {
            return ECKeyPair.create(key.secret());
        }

        private static BigInteger number(Bytes32 value) {
            return new BigInteger(1, value.bytes());
        }
    }
}
