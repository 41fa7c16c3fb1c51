package io.tallystick.metering.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.kit.access.Ed25519Signer;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Base64;

/** The gateway's own Ed25519 key, by which identity knows it. */
@ApplicationScoped
class ClientKey {
    private final Ed25519Signer signer;

    ClientKey(GatewayConfig config) {
        var file = config.clientKeyFile().orElseThrow();
        try {
            signer = new Ed25519Signer(Base64.getUrlDecoder()
                    .decode(Files.readString(file, US_ASCII).strip()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the gateway's key file " + file, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("the gateway's key file " + file + " is no base64url Ed25519 seed", e);
        }
    }

    /** {@code did:key:z6Mk…} */
    String did() {
        return signer.publicKey().didKey();
    }

    /** The key's id: the one verification method of its did:key. */
    String keyId() {
        return did() + "#" + did().substring("did:key:".length());
    }

    /** A compact JWS over {@code payload}, both parts JSON. */
    String sign(String header, byte[] payload) {
        return signer.compactJws(header, payload);
    }
}
