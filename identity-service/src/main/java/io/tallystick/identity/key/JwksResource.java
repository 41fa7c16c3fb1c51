package io.tallystick.identity.key;

import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.kit.access.Ed25519Key;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * The public keys of access tokens, as a JWK set (RFC 7517), for whoever verifies one without our topics. Keys of other
 * purposes are in the installation's DID document and not here, where they would be taken for these.
 */
@Path("/.well-known/jwks.json")
@PermitAll
class JwksResource {
    private final SigningKeys keys;

    JwksResource(SigningKeys keys) {
        this.keys = keys;
    }

    /** May be cached for half of the shortest time between a key's publication and its use. */
    @GET
    public RestResponse<JwkSet> get() {
        var jwks = keys.ring(KeyPurpose.ACCESS_TOKEN).accepted().stream()
                .map(key -> Jwk.of(key.kid(), key.publicKey()))
                .toList();
        return RestResponse.ResponseBuilder.ok(new JwkSet(jwks))
                .header("Cache-Control", "public, max-age=15")
                .build();
    }

    record JwkSet(List<Jwk> keys) {}

    record Jwk(String kty, String crv, String alg, String use, String kid, String x) {
        static Jwk of(String kid, Ed25519Key key) {
            return new Jwk("OKP", "Ed25519", "EdDSA", "sig", kid, key.base64Url());
        }
    }
}
