package io.tallystick.identity.did.issued;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.tallystick.identity.did.issued.IssuedDids.StoredLog;
import io.tallystick.identity.did.webvh.ParallelWeb;
import io.tallystick.identity.tenant.Tenant;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.annotation.security.PermitAll;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Instant;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;

/** The files of issued DIDs, where the DIDs say that they lie. Open to everyone; a DID without them is none. */
@Path("/" + IssuedDid.FOLDER + "/{tenant}/{name}")
@PermitAll
class DidFileResource {
    private final IssuedDids dids;

    DidFileResource(IssuedDids dids) {
        this.dids = dids;
    }

    /** The log of a did:webvh. */
    @GET
    @Path("/did.jsonl")
    @Produces("text/jsonl")
    public Uni<RestResponse<String>> log(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestPath @Pattern(regexp = IssuedDid.NAME) String name) {
        return find(tenant, name).map(StoredLog::text).map(DidFileResource::answer);
    }

    /** The document of the did:web that lies beside it. */
    @GET
    @Path("/did.json")
    @Produces("application/did+json")
    public Uni<RestResponse<String>> document(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestPath @Pattern(regexp = IssuedDid.NAME) String name) {
        return find(tenant, name)
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(DidFileResource::web)
                .map(DidFileResource::answer);
    }

    private static String web(StoredLog stored) {
        var newest = IssuedLog.read(stored.did(), stored.lines(), Instant.now()).newest();
        if (newest.deactivated()) {
            throw new ProblemException(
                    Problem.of("did-deactivated", "DID deactivated", 410, "The DID is not to be used any more."));
        }
        return ParallelWeb.document(newest).text();
    }

    private Uni<StoredLog> find(String tenant, String name) {
        return dids.find(tenant, name).map(found -> found.orElseThrow(DidFileResource::unknown));
    }

    private static ProblemException unknown() {
        return new ProblemException(
                Problem.of("unknown-did", "DID not found", 404, "No DID was issued under this path."));
    }

    /** A reader may keep it and asks each time whether there is a newer one. */
    private static RestResponse<String> answer(String text) {
        return RestResponse.ResponseBuilder.ok(text)
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .build();
    }
}
