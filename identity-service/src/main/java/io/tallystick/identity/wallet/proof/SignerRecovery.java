package io.tallystick.identity.wallet.proof;

import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.web3j.crypto.ECDSASignature;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/** Whose key made a signature. The one class here that knows web3j; it can recover and never signs. */
@Singleton
class SignerRecovery {
    private static final int PUBLIC_KEY_BYTES = 64;

    /** The address of the key that signed {@code digest}; empty if no key can have. */
    Optional<String> recover(byte[] digest, KeySignature signature) {
        var pair = new ECDSASignature(signature.r(), signature.s());
        try {
            return Optional.ofNullable(Sign.recoverFromSignature(signature.recoveryId(), pair, digest))
                    .map(SignerRecovery::address);
        } catch (IllegalArgumentException e) {
            // BouncyCastle's answer when no point of the curve has this r.
            return Optional.empty();
        }
    }

    private static String address(BigInteger publicKey) {
        var hash = Keccak.hash(Numeric.toBytesPadded(publicKey, PUBLIC_KEY_BYTES));
        return "0x" + HexFormat.of().formatHex(Arrays.copyOfRange(hash, 12, 32));
    }
}
