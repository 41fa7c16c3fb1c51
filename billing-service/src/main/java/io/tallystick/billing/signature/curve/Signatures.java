package io.tallystick.billing.signature.curve;

import io.quarkus.logging.Log;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Keccak;
import io.tallystick.billing.signature.PrivateKey;
import io.tallystick.billing.signature.Secp256k1;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.util.List;

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
            return new JavaSecp256k1();
        }
    }

    /** Every implementation, for tests that hold them together. */
    public static List<Secp256k1> all() {
        return List.of(new NativeSecp256k1(), new JavaSecp256k1());
    }

    private static void selfTest(Secp256k1 candidate) {
        var key = PrivateKey.parse("0x" + "0".repeat(63) + "1");
        var digest = Bytes32.of(Keccak.hash());
        var signature = candidate.sign(digest, key);
        if (!new JavaSecp256k1().sign(digest, key).equals(signature)) {
            throw new IllegalStateException("libsecp256k1 signs differently");
        }
    }
}
