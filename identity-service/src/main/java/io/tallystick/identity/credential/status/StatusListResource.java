package io.tallystick.identity.credential.status;

import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.kit.problem.RateLimit;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.PermitAll;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;

/** The status lists. Open to everyone: who reads one does not say which credential it is about. */
@Path("/" + ListAddress.FOLDER + "/{number}")
@PermitAll
class StatusListResource {
    private static final String NUMBER = "[1-9][0-9]{0,8}";
    private static final String TYPE = "application/vc+jwt";

    private final SignedLists lists;
    private final RateLimit rate;
    private final MeterRegistry metrics;

    StatusListResource(SignedLists lists, StatusListConfig config, MeterRegistry metrics) {
        this.lists = lists;
        this.rate = new RateLimit(config.requestsPerSecond(), config.burst());
        this.metrics = metrics;
    }

    @GET
    @Produces(MediaType.WILDCARD)
    public Uni<RestResponse<String>> revocation(
            @RestPath @Pattern(regexp = NUMBER) String number,
            @RestHeader(HttpHeaders.IF_NONE_MATCH) Optional<String> known,
            @Context HttpServerRequest http) {
        return get(number, StatusPurpose.REVOCATION, known, http);
    }

    @GET
    @Path("/" + ListAddress.SUSPENSION)
    @Produces(MediaType.WILDCARD)
    public Uni<RestResponse<String>> suspension(
            @RestPath @Pattern(regexp = NUMBER) String number,
            @RestHeader(HttpHeaders.IF_NONE_MATCH) Optional<String> known,
            @Context HttpServerRequest http) {
        return get(number, StatusPurpose.SUSPENSION, known, http);
    }

    private Uni<RestResponse<String>> get(
            String number, StatusPurpose purpose, Optional<String> known, HttpServerRequest http) {
        if (!rate.allows(http.remoteAddress().hostAddress(), System.nanoTime())) {
            metrics.counter("tallystick.identity.status.lists", "outcome", "limited")
                    .increment();
            throw new ProblemException(Problem.of(
                    "too-many-requests",
                    "Too many requests",
                    429,
                    "Ask less often, and keep a list for as long as Cache-Control says."));
        }
        return lists.get(new ListAddress(Integer.parseInt(number), purpose), Instant.now())
                .map(found -> answer(found.orElseThrow(StatusListResource::unknown), known));
    }

    private static ProblemException unknown() {
        return new ProblemException(
                Problem.of("unknown-status-list", "Status list not found", 404, "There is no list of this number."));
    }

    private RestResponse<String> answer(String text, Optional<String> known) {
        var tag = "\"" + digest(text) + "\"";
        boolean same = known.filter(tags -> tags.contains(tag)).isPresent();
        return RestResponse.ResponseBuilder.<String>create(same ? 304 : 200)
                .entity(same ? null : text)
                // Whatever is asked for: many readers of credentials ask for JSON, and take what they get.
                .header(HttpHeaders.CONTENT_TYPE, TYPE)
                .header(HttpHeaders.ETAG, tag)
                .header(HttpHeaders.CACHE_CONTROL, "public, max-age=" + lists.maxAgeSeconds())
                .build();
    }

    private static String digest(String text) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
