package io.tallystick.identity.access;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.tallystick.identity.did.role.Scopes;
import io.tallystick.kit.access.AccessConfig;
import io.tallystick.kit.access.proof.DpopProofs;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;

/** Authorization server metadata (RFC 8414): how an OAuth client finds its way here. */
@Path("/.well-known/oauth-authorization-server")
@PermitAll
class MetadataResource {
    private final String issuer;

    MetadataResource(AccessConfig config) {
        this.issuer = config.issuer();
    }

    @GET
    public Metadata get() {
        return new Metadata(
                issuer,
                issuer + "/token",
                issuer + "/.well-known/jwks.json",
                List.of(),
                List.of(TokenRequest.GRANT_TYPE, TokenRequest.EXCHANGE),
                List.of("private_key_jwt"),
                List.of("EdDSA", "Ed25519", "ES256", "ES256K"),
                DpopProofs.ALGORITHMS,
                Scopes.all());
    }

    record Metadata(
            String issuer,
            @JsonProperty("token_endpoint") String tokenEndpoint,
            @JsonProperty("jwks_uri") String jwksUri,
            @JsonProperty("response_types_supported") List<String> responseTypes,
            @JsonProperty("grant_types_supported") List<String> grantTypes,

            @JsonProperty("token_endpoint_auth_methods_supported")
            List<String> authMethods,

            @JsonProperty("token_endpoint_auth_signing_alg_values_supported")
            List<String> authAlgorithms,

            @JsonProperty("dpop_signing_alg_values_supported")
            List<String> proofAlgorithms,

            @JsonProperty("scopes_supported") List<String> scopes) {}
}
