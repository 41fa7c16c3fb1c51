package io.tallystick.metering.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.util.Base64;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** The gateway's own Ed25519 key, by which identity knows it. */
@ApplicationScoped
class ClientKey {
    private static final String BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /** Multicodec {@code ed25519-pub} as an unsigned varint. */
    private static final int[] ED25519_PUB = {0xed, 0x01};

    private final Ed25519PrivateKeyParameters key;
    private final String did;

    ClientKey(GatewayConfig config) {
        var file = config.clientKeyFile().orElseThrow();
        try {
            var seed = Base64.getUrlDecoder()
                    .decode(Files.readString(file, US_ASCII).strip());
            if (seed.length != Ed25519PrivateKeyParameters.KEY_SIZE) {
                throw new IllegalArgumentException("not 32 bytes: " + seed.length);
            }
            key = new Ed25519PrivateKeyParameters(seed, 0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the gateway's key file " + file, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("the gateway's key file " + file + " is no base64url Ed25519 seed", e);
        }
        did = "did:key:z" + base58(key.generatePublicKey().getEncoded());
    }

    /** {@code did:key:z6Mk…} */
    String did() {
        return did;
    }

    /** The key's id: the one verification method of its did:key. */
    String keyId() {
        return did + "#" + did.substring("did:key:".length());
    }

    byte[] sign(byte[] message) {
        var signer = new Ed25519Signer();
        signer.init(true, key);
        signer.update(message, 0, message.length);
        return signer.generateSignature();
    }

    private static String base58(byte[] publicKey) {
        var bytes = new byte[ED25519_PUB.length + publicKey.length];
        bytes[0] = (byte) ED25519_PUB[0];
        bytes[1] = (byte) ED25519_PUB[1];
        System.arraycopy(publicKey, 0, bytes, ED25519_PUB.length, publicKey.length);
        var text = new StringBuilder();
        var rest = new BigInteger(1, bytes);
        var base = BigInteger.valueOf(BASE58.length());
        while (rest.signum() > 0) {
            var digit = rest.divideAndRemainder(base);
            text.append(BASE58.charAt(digit[1].intValue()));
            rest = digit[0];
        }
        return text.reverse().toString();
    }
}
