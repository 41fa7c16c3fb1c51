package io.tallystick.identity.did;

import io.tallystick.identity.did.Resolution.Resolved;
import io.tallystick.kit.access.CompactJws;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Verifies that a DID's key signed a JWS. The DID says which key that is and which algorithm goes with it; the header is
 * only compared.
 */
@ApplicationScoped
public class DidSignatures {
    private final DidResolver resolver;

    public DidSignatures(DidResolver resolver) {
        this.resolver = resolver;
    }

    /**
     * The key of {@code did} that signed {@code jws}.
     *
     * @throws CompactJws.Invalid if none did
     */
    public VerificationKey verify(CompactJws jws, String did) {
        if (!(resolver.resolve(did) instanceof Resolved(var document, var keys)) || keys.isEmpty()) {
            throw new CompactJws.Invalid("iss must be a did:key or did:jwk with a key that signs");
        }
        // Such a DID has one key; a kid can name it, by its whole URL or by its fragment, and no other.
        var id = document.verificationMethod().getFirst().id();
        if (jws.hasHeader("kid")) {
            var kid = jws.header("kid");
            if (!kid.equals(id) && !kid.equals(did) && !kid.equals(id.substring(id.indexOf('#')))) {
                throw new CompactJws.Invalid("kid must name a key of iss, or be left out");
            }
        }
        var key = keys.getFirst();
        key.verify(jws);
        return key;
    }

    /** Whether {@code did} has the signing key that this RFC 7638 thumbprint names. */
    public boolean hasKey(String did, String thumbprint) {
        return resolver.resolve(did) instanceof Resolved(var _, var keys)
                && keys.stream().anyMatch(key -> key.thumbprint().equals(thumbprint));
    }
}
