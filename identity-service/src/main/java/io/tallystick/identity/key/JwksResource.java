package io.tallystick.identity.key;

import io.tallystick.kit.access.Ed25519Key;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import org.jboss.resteasy.reactive.RestResponse;

/** The public keys, as a JWK set (RFC 7517), for whoever verifies an access token without our topics. */
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
        var jwks = keys.ring().accepted().stream()
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
