package io.tallystick.billing.signature.curve;

import fr.acinq.secp256k1.Secp256k1Exception;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Hex;
import io.tallystick.billing.signature.Keccak;
import io.tallystick.billing.signature.PrivateKey;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.signature.Signature;
import java.util.Arrays;
import java.util.Optional;

/** libsecp256k1 through JNI: four times faster at recovering, twenty-four times at signing. */
final class NativeSecp256k1 implements Secp256k1 {
    private final fr.acinq.secp256k1.Secp256k1 library;

    /** @throws LinkageError or another fault of loading when this machine has no native library */
    NativeSecp256k1() {
        library = fr.acinq.secp256k1.Secp256k1.get();
    }

    @Override
    public String name() {
        return "libsecp256k1";
    }

    @Override
    public Optional<Address> recover(Bytes32 digest, Signature signature) {
        var compact = Arrays.copyOf(signature.bytes(), 64);
        try {
            return Optional.of(address(library.ecdsaRecover(compact, digest.bytes(), signature.recoveryId())));
        } catch (Secp256k1Exception e) {
            return Optional.empty();
        }
    }

    @Override
    public Signature sign(Bytes32 digest, PrivateKey key) {
        var compact = library.sign(digest.bytes(), key.secret(), null);
        var r = Bytes32.of(Arrays.copyOfRange(compact, 0, 32));
        var s = Bytes32.of(Arrays.copyOfRange(compact, 32, 64));
        var even = new Signature(r, s, 27);
        return recover(digest, even).filter(address(key)::equals).isPresent() ? even : new Signature(r, s, 28);
    }

    @Override
    public Address address(PrivateKey key) {
        return address(library.pubkeyCreate(key.secret()));
    }

    /** @param publicKey 65 bytes, the first of them the form's mark */
    private static Address address(byte[] publicKey) {
        return Hex.address(Keccak.hash(Arrays.copyOfRange(publicKey, 1, 65)));
    }
}
