package io.tallystick.identity.did.resolution;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.DidDocument;
import io.tallystick.identity.did.DidResolver;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.Deactivated;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.InvalidOptions;
import io.tallystick.identity.did.Resolution.MethodNotSupported;
import io.tallystick.identity.did.Resolution.NotFound;
import io.tallystick.identity.did.Resolution.NotResolved;
import io.tallystick.identity.did.Resolution.Resolved;
import io.tallystick.identity.did.Resolution.ResolvedVersion;
import io.tallystick.identity.did.Resolution.TooManyRequests;
import io.tallystick.identity.did.resolution.ResolutionFormat.Accepted;
import io.tallystick.identity.did.webvh.VersionQuery;
import io.tallystick.identity.did.webvh.VersionQuery.Newest;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * The HTTP binding of DID Resolution. Open to everyone: all that it says is public. Answers text, because the framework
 * writes JSON only under media types that it knows to be JSON.
 */
@Path("/1.0/identifiers/{did}")
@PermitAll
class ResolutionResource {
    private static final String RESULT_CONTEXT = "https://w3id.org/did-resolution/v1";
    private static final String NO_METADATA = "{}";

    private final DidResolver resolver;
    private final LogResolver logs;
    private final ObjectMapper json;

    ResolutionResource(DidResolver resolver, LogResolver logs, ObjectMapper json) {
        this.resolver = resolver;
        this.logs = logs;
        this.json = json;
    }

    @GET
    @Produces(MediaType.WILDCARD)
    public Uni<RestResponse<String>> get(
            @RestPath String did,
            @RestQuery Optional<String> versionId,
            @RestQuery Optional<String> versionTime,
            @RestQuery Optional<String> versionNumber,
            @Context HttpHeaders headers,
            @Context HttpServerRequest http) {
        var format = ResolutionFormat.of(wanted(headers));
        if (format.isEmpty()) {
            return Uni.createFrom().item(notAcceptable());
        }
        VersionQuery version;
        try {
            version = VersionQuery.of(versionId, versionTime, versionNumber);
        } catch (IllegalArgumentException e) {
            return Uni.createFrom().item(answer(new InvalidOptions(e.getMessage()), format.get()));
        }
        return resolve(did, version, http.remoteAddress().hostAddress())
                .map(resolution -> answer(resolution, format.get()));
    }

    private Uni<Resolution> resolve(String text, VersionQuery version, String caller) {
        try {
            var did = Did.parse(text);
            if (logs.knows(did.method())) {
                return logs.resolve(did, version, caller);
            }
        } catch (IllegalArgumentException e) {
            return Uni.createFrom().item(new InvalidDid(e.getMessage()));
        }
        return Uni.createFrom()
                .item(
                        version instanceof Newest
                                ? resolver.resolve(text)
                                : new InvalidOptions("only a did:webvh, or the did:web beside it, has versions"));
    }

    private static List<Accepted> wanted(HttpHeaders headers) {
        return headers.getAcceptableMediaTypes().stream()
                .map(type -> new Accepted(
                        type.getType() + "/" + type.getSubtype(),
                        type.getParameters().getOrDefault("profile", "")))
                .toList();
    }

    private RestResponse<String> answer(Resolution resolution, ResolutionFormat format) {
        return switch (resolution) {
            case Resolved(var document, var _) -> answer(text(document), NO_METADATA, format);
            case ResolvedVersion(var document, var metadata) -> answer(document.text(), metadata.text(), format);
            case Deactivated(var metadata) -> {
                var resultFormat = format.isDocument() ? ResolutionFormat.RESULT : format;
                yield answer(410, text(Result.withoutDocument(metadata.text())), resultFormat);
            }
            case InvalidDid(var detail) -> error(400, "INVALID_DID", "invalidDid", "Not a DID", detail, format);
            case InvalidOptions(var detail) ->
                error(400, "INVALID_OPTIONS", "invalidOptions", "Not a version", detail, format);
            case NotFound(var detail) -> error(404, "NOT_FOUND", "notFound", "DID not found", detail, format);
            case NotResolved(var detail) ->
                error(500, "INTERNAL_ERROR", "internalError", "DID could not be resolved", detail, format);
            case TooManyRequests(var detail) ->
                error(429, "INTERNAL_ERROR", "internalError", "Too many requests", detail, format);
            case MethodNotSupported(var method) ->
                error(
                        501,
                        "METHOD_NOT_SUPPORTED",
                        "methodNotSupported",
                        "DID method not supported",
                        "did:" + method
                                + " is not resolved here; did:webvh, did:web, did:key, did:jwk and did:pkh are.",
                        format);
        };
    }

    private RestResponse<String> answer(String document, String metadata, ResolutionFormat format) {
        return answer(200, format.isDocument() ? document : text(Result.of(document, metadata)), format);
    }

    private RestResponse<String> notAcceptable() {
        return error(
                406,
                "REPRESENTATION_NOT_SUPPORTED",
                "representationNotSupported",
                "Representation not supported",
                "Accept application/did-resolution, application/did or application/json.",
                ResolutionFormat.RESULT);
    }

    /** An error has no document, so it is a result whatever was asked for. */
    private RestResponse<String> error(
            int status, String type, String word, String title, String detail, ResolutionFormat format) {
        var resultFormat = format.isDocument() ? ResolutionFormat.RESULT : format;
        var error = resultFormat.hasErrorWords()
                ? (Object) word
                : Map.of("type", "https://www.w3.org/ns/did#" + type, "title", title, "detail", detail);
        return answer(status, text(Result.of(error)), resultFormat);
    }

    private static RestResponse<String> answer(int status, String body, ResolutionFormat format) {
        return RestResponse.ResponseBuilder.<String>create(status)
                .entity(body)
                .header(HttpHeaders.CONTENT_TYPE, format.mediaType())
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .build();
    }

    private String text(DidDocument document) {
        try {
            return json.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String text(Result result) {
        try {
            return json.writeValueAsString(result);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param didDocument, didDocumentMetadata as they are written, or null where there is none */
    @RegisterForReflection
    record Result(
            @JsonProperty("@context") String context,
            Metadata didResolutionMetadata,
            @JsonRawValue String didDocument,
            @JsonRawValue String didDocumentMetadata) {

        static Result of(String document, String metadata) {
            return new Result(RESULT_CONTEXT, new Metadata("application/did", null), document, metadata);
        }

        static Result withoutDocument(String metadata) {
            return new Result(RESULT_CONTEXT, new Metadata(null, null), null, metadata);
        }

        static Result of(Object error) {
            return new Result(RESULT_CONTEXT, new Metadata(null, error), null, NO_METADATA);
        }
    }

    /** @param error an object, or one word for those who read the older form */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Metadata(String contentType, Object error) {}
}
