package io.tallystick.identity.did.installation;

import io.tallystick.identity.key.IdentityConfig;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestResponse;

/** The document of the installation's DID, where did:web says that it lies. Open to everyone. */
@Path("/.well-known/did.json")
@PermitAll
class InstallationDidResource {
    private final InstallationDid own;
    private final long maxAgeSeconds;

    InstallationDidResource(InstallationDid own, IdentityConfig config) {
        this.own = own;
        // Half of the notice: who read it just before a key was published has the key before it signs.
        this.maxAgeSeconds = config.rotationNotice().toSeconds() / 2;
    }

    @GET
    @Produces("application/did+json")
    public RestResponse<String> get(@RestHeader(HttpHeaders.IF_NONE_MATCH) Optional<String> known) {
        var text = own.document().orElseThrow(InstallationDidResource::none).text();
        var tag = "\"" + digest(text) + "\"";
        boolean same = known.filter(tags -> tags.contains(tag)).isPresent();
        return RestResponse.ResponseBuilder.<String>create(same ? 304 : 200)
                .entity(same ? null : text)
                .header(HttpHeaders.ETAG, tag)
                .header(HttpHeaders.CACHE_CONTROL, "public, max-age=" + maxAgeSeconds)
                .build();
    }

    private static ProblemException none() {
        return new ProblemException(
                Problem.of(
                        "unknown-did",
                        "DID not found",
                        404,
                        "This installation has no domain name and so no DID; its operator sets tallystick.identity.did-domain."));
    }

    private static String digest(String text) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
