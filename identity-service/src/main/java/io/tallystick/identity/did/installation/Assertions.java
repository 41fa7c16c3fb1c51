package io.tallystick.identity.did.installation;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.key.SigningKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Signs what this installation says of others, such as credentials and status lists, so that who resolves its DID can
 * verify it. Nothing that it signs is taken for something that another key signs.
 */
@ApplicationScoped
public class Assertions {
    /** Said here, or of what other keys sign. */
    private static final Set<String> NOT_IN_HEADER = Set.of("alg", "kid", "jwk", "jku", "x5u", "x5c", "crit", "b64");

    private static final Set<String> OTHER_TYPES = Set.of("at+jwt", "tallystick-event+jws");

    private final InstallationDid own;
    private final SigningKeys keys;
    private final ObjectMapper json;

    Assertions(InstallationDid own, SigningKeys keys, ObjectMapper json) {
        this.own = own;
        this.keys = keys;
        this.json = json;
    }

    /** Who signs: the {@code iss} or {@code issuer} of what is signed. Empty if the installation has no domain name. */
    public Optional<String> issuer() {
        return own.did();
    }

    /**
     * A compact JWS whose {@code kid} is {@code <issuer>#<key>}. Fails with what the signer fails with.
     *
     * @param header what the protected header has beside {@code alg} and {@code kid}; {@code typ} must be among it
     * @throws IllegalStateException if there is no {@link #issuer()}
     * @throws IllegalArgumentException if the header would make it something else than an assertion
     */
    public Uni<String> sign(Map<String, String> header, byte[] payload, Instant now) {
        var issuer = own.did().orElseThrow(() -> new IllegalStateException("no domain name, so no DID to sign for"));
        // RFC 7515: the prefix may be left out, and case does not matter.
        var type = header.getOrDefault("typ", "").toLowerCase(Locale.ROOT).replaceFirst("^application/", "");
        if (type.isEmpty()
                || OTHER_TYPES.contains(type)
                || header.keySet().stream().anyMatch(NOT_IN_HEADER::contains)) {
            throw new IllegalArgumentException("no header of an assertion: " + header);
        }
        return keys.signAssertion(kid -> whole(header, InstallationDocument.id(issuer, kid)), payload, now);
    }

    private String whole(Map<String, String> header, String kid) {
        var whole = json.createObjectNode().put("alg", "EdDSA").put("kid", kid);
        header.forEach(whole::put);
        return whole.toString();
    }
}
