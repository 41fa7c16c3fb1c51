package io.tallystick.identity.did.resolution;

import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.DidResolver;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.InvalidOptions;
import io.tallystick.identity.did.Resolution.TooManyRequests;
import io.tallystick.identity.did.ethr.EthrResolver;
import io.tallystick.identity.did.resolution.ResolutionFormat.Accepted;
import io.tallystick.identity.did.webvh.VersionQuery;
import io.tallystick.identity.did.webvh.VersionQuery.Newest;
import io.tallystick.kit.problem.RateLimit;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;

/** The HTTP binding of DID Resolution. Open to everyone: all that it says is public. */
@Path("/1.0/identifiers/{did: .+}")
@PermitAll
class ResolutionResource {
    private static final String FOLDER = "/1.0/identifiers/";

    /** What may be said of a DID beside it: its versions, and where in its document to look. */
    private static final List<String> PARAMETERS = List.of(
            "versionId",
            "versionTime",
            "versionNumber",
            Dereferencer.SERVICE,
            Dereferencer.SERVICE_TYPE,
            Dereferencer.RELATIVE_REF,
            Dereferencer.RELATIONSHIP);

    private final DidResolver resolver;
    private final LogResolver logs;
    private final EthrResolver ethr;
    private final ResolutionAnswers answers;
    private final RateLimit rate;
    private final MeterRegistry metrics;

    ResolutionResource(
            DidResolver resolver,
            LogResolver logs,
            EthrResolver ethr,
            ResolutionAnswers answers,
            ResolutionConfig config,
            MeterRegistry metrics) {
        this.resolver = resolver;
        this.logs = logs;
        this.ethr = ethr;
        this.answers = answers;
        this.rate = new RateLimit(config.requestsPerSecond(), config.burst());
        this.metrics = metrics;
    }

    @GET
    @Produces(MediaType.WILDCARD)
    public Uni<RestResponse<String>> get(
            @Context UriInfo asked, @Context HttpHeaders headers, @Context HttpServerRequest http) {
        var caller = http.remoteAddress().hostAddress();
        if (!rate.allows(caller, System.nanoTime())) {
            metrics.counter("tallystick.identity.resolutions.refused").increment();
            return Uni.createFrom()
                    .item(answers.of(
                            new TooManyRequests("Ask less often, and keep what was answered.", 1),
                            ResolutionFormat.RESULT));
        }
        var accepted = wanted(headers);
        Map<String, String> beside;
        String text;
        try {
            text = identifier(http.path());
            beside = beside(asked);
        } catch (IllegalArgumentException e) {
            return Uni.createFrom().item(answers.invalidUrl(e.getMessage(), ResolutionFormat.DEREFERENCING));
        }
        var isUrl = text.chars().anyMatch(c -> c == '/' || c == '?' || c == '#')
                || beside.keySet().stream().anyMatch(name -> !Dereferencer.VERSION.contains(name));
        var format = ResolutionFormat.of(accepted, isUrl);
        if (format.isEmpty() || (format.get() == ResolutionFormat.ENDPOINTS && !isUrl)) {
            return Uni.createFrom().item(answers.notAcceptable());
        }
        boolean dereferences = format.get() == ResolutionFormat.DEREFERENCING
                || (isUrl && !format.get().isResolution());
        return dereferences
                ? dereference(text, beside, caller, format.get())
                : resolve(text, beside, caller).map(resolution -> answers.of(resolution, format.get()));
    }

    private Uni<RestResponse<String>> dereference(
            String text, Map<String, String> beside, String caller, ResolutionFormat format) {
        DidUrl url;
        try {
            url = DidUrl.parse(text).with(beside);
        } catch (IllegalArgumentException e) {
            return Uni.createFrom().item(answers.invalidUrl(e.getMessage(), format));
        }
        return resolve(url.did(), url.parameters(), caller).map(resolution -> answers.of(url, resolution, format));
    }

    private Uni<Resolution> resolve(String text, Map<String, String> parameters, String caller) {
        VersionQuery version;
        try {
            version = VersionQuery.of(
                    Optional.ofNullable(parameters.get("versionId")),
                    Optional.ofNullable(parameters.get("versionTime"))
                            .map(time -> text.startsWith("did:ethr:") ? EthrResolver.versionTime(time) : time),
                    Optional.ofNullable(parameters.get("versionNumber")));
        } catch (IllegalArgumentException e) {
            return Uni.createFrom().item(new InvalidOptions(e.getMessage()));
        }
        try {
            var did = Did.parse(text);
            if (logs.knows(did.method())) {
                return logs.resolve(did, version, caller);
            }
            if (ethr.knows(did.method())) {
                return Uni.createFrom()
                        .completionStage(() -> ethr.resolve(did, version, caller))
                        // Not on the thread that read what was answered.
                        .emitOn(Infrastructure.getDefaultWorkerPool());
            }
        } catch (IllegalArgumentException e) {
            return Uni.createFrom().item(new InvalidDid(e.getMessage()));
        }
        return Uni.createFrom()
                .item(
                        version instanceof Newest
                                ? resolver.resolve(text)
                                : new InvalidOptions(
                                        "only a did:webvh, the did:web beside it, or a did:ethr that is resolved here has versions"));
    }

    /**
     * The DID or DID URL of a request's path. Who wrote it into the path without encoding it means the {@code %3A} before
     * a port as it stands.
     */
    private static String identifier(String path) {
        var raw = path.substring(path.indexOf(FOLDER) + FOLDER.length()).replace("+", "%2B");
        boolean unencoded = raw.startsWith("did:") && !raw.contains("%25");
        return URLDecoder.decode(unencoded ? raw.replaceAll("%3([Aa])", "%253$1") : raw, StandardCharsets.UTF_8);
    }

    private static Map<String, String> beside(UriInfo asked) {
        var beside = new LinkedHashMap<String, String>();
        asked.getQueryParameters().forEach((name, values) -> {
            if (PARAMETERS.contains(name)) {
                if (values.size() > 1) {
                    throw new IllegalArgumentException("a parameter stands twice: " + name);
                }
                beside.put(name, values.getFirst());
            }
        });
        return beside;
    }

    private static List<Accepted> wanted(HttpHeaders headers) {
        return headers.getAcceptableMediaTypes().stream()
                .map(type -> new Accepted(
                        type.getType() + "/" + type.getSubtype(),
                        type.getParameters().getOrDefault("profile", "")))
                .toList();
    }
}
