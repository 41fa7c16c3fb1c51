package io.tallystick.devstack.installation;

import java.math.BigInteger;
import java.nio.file.Path;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** A key that signs, and the did:key that names it. */
public final class Ed25519Key {

    private static final String BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final BigInteger FIFTY_EIGHT = BigInteger.valueOf(BASE58.length());

    private final Ed25519PrivateKeyParameters key;
    private final Path file;

    /**
     * A key.
     *
     * @param file where the seed lies as one line of base64url
     */
    Ed25519Key(byte[] seed, Path file) {
        this.key = new Ed25519PrivateKeyParameters(seed);
        this.file = file;
    }

    public Path file() {
        return file;
    }

    /** The did:key: {@code z} and base58btc of the multicodec prefix {@code 0xed01} and the public key. */
    public String did() {
        return "did:key:" + fragment();
    }

    /** The one verification method of the did:key's document. */
    public String verificationMethod() {
        return did() + "#" + fragment();
    }

    private String fragment() {
        var bytes = new byte[34];
        bytes[0] = (byte) 0xed;
        bytes[1] = 1;
        key.generatePublicKey().encode(bytes, 2);
        var digits = new StringBuilder();
        // The first byte is not zero, so base58's rule about leading zeros does not come up.
        for (var rest = new BigInteger(1, bytes); rest.signum() > 0; rest = rest.divide(FIFTY_EIGHT)) {
            digits.append(BASE58.charAt(rest.mod(FIFTY_EIGHT).intValue()));
        }
        return "z" + digits.reverse();
    }

    public byte[] sign(byte[] message) {
        var signer = new Ed25519Signer();
        signer.init(true, key);
        signer.update(message, 0, message.length);
        return signer.generateSignature();
    }
}
