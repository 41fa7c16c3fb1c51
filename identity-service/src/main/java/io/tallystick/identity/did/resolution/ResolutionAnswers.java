package io.tallystick.identity.did.resolution;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.tallystick.identity.did.DidDocument;
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
import io.tallystick.identity.did.resolution.Dereferencing.Document;
import io.tallystick.identity.did.resolution.Dereferencing.Endpoints;
import io.tallystick.identity.did.resolution.Dereferencing.Part;
import io.tallystick.identity.did.resolution.Dereferencing.Reason;
import io.tallystick.identity.did.resolution.Dereferencing.Refused;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.JsonReader;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Map;
import org.jboss.resteasy.reactive.RestResponse;

/** What the binding answers, in each of its forms. Text, because the framework writes JSON only as media types it knows. */
@ApplicationScoped
class ResolutionAnswers {
    private static final String RESULT_CONTEXT = "https://w3id.org/did-resolution/v1";
    private static final String DID_ERRORS = "https://www.w3.org/ns/did#";
    private static final String NO_METADATA = "{}";

    private final ObjectMapper json;

    ResolutionAnswers(ObjectMapper json) {
        this.json = json;
    }

    /** An error as both functions say it. */
    private record Failure(int status, String type, String word, String title, String detail, int retryAfterSeconds) {
        Failure(int status, String type, String word, String title, String detail) {
            this(status, DID_ERRORS + type, word, title, detail, 0);
        }
    }

    /** What a DID resolved to. */
    RestResponse<String> of(Resolution resolution, ResolutionFormat format) {
        return switch (resolution) {
            case Resolved(var document, var _) -> document(text(document), NO_METADATA, format);
            case ResolvedVersion(var document, var metadata) -> document(document.text(), metadata.text(), format);
            case Deactivated(var document, var metadata) ->
                answer(
                        410,
                        text(document.map(given -> Result.of(given.text(), metadata.text()))
                                .orElseGet(() -> Result.withoutDocument(metadata.text()))),
                        whole(format).mediaType());
            default -> error(failure(resolution), format);
        };
    }

    /** What a DID URL led to, whose DID resolved to {@code resolution}. */
    RestResponse<String> of(DidUrl url, Resolution resolution, ResolutionFormat format) {
        return switch (resolution) {
            case Resolved(var document, var _) ->
                of(url, (JsonObject) JsonReader.read(text(document)), NO_METADATA, format);
            case ResolvedVersion(var document, var metadata) -> of(url, document, metadata.text(), format);
            case Deactivated(var _, var metadata) ->
                answer(
                        410,
                        text(new Dereferenced("null", new Metadata(null, null), metadata.text())),
                        wholeOfUrl(format).mediaType());
            case InvalidDid(var detail) -> invalidUrl(detail, format);
            default -> errorOfUrl(failure(resolution), format);
        };
    }

    private RestResponse<String> of(DidUrl url, JsonObject document, String metadata, ResolutionFormat format) {
        return switch (Dereferencer.dereference(url, document, format == ResolutionFormat.ENDPOINTS)) {
            case Document(var whole) -> content(whole, metadata, format);
            case Part(var part) -> content(part, NO_METADATA, format);
            case Endpoints(var urls) ->
                RestResponse.ResponseBuilder.<String>create(303)
                        .header(HttpHeaders.LOCATION, urls.getFirst())
                        .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                        .build();
            case Refused(var reason, var detail) -> refused(reason, detail, format);
        };
    }

    RestResponse<String> invalidUrl(String detail, ResolutionFormat format) {
        return refused(Reason.INVALID_DID_URL, detail, format);
    }

    RestResponse<String> notAcceptable() {
        var failure = new Failure(
                406,
                "REPRESENTATION_NOT_SUPPORTED",
                "representationNotSupported",
                "Representation not supported",
                "Accept application/did-resolution, application/did-url-dereferencing, application/did or "
                        + "application/json.");
        return error(failure, ResolutionFormat.RESULT);
    }

    private static Failure failure(Resolution resolution) {
        return switch (resolution) {
            case InvalidDid(var detail) -> new Failure(400, "INVALID_DID", "invalidDid", "Not a DID", detail);
            case InvalidOptions(var detail) ->
                new Failure(400, "INVALID_OPTIONS", "invalidOptions", "Not a version", detail);
            case NotFound(var detail) -> new Failure(404, "NOT_FOUND", "notFound", "DID not found", detail);
            case NotResolved(var detail, var seconds) ->
                new Failure(
                        500,
                        DID_ERRORS + "INTERNAL_ERROR",
                        "internalError",
                        "DID could not be resolved",
                        detail,
                        seconds);
            case TooManyRequests(var detail, var seconds) ->
                new Failure(429, DID_ERRORS + "INTERNAL_ERROR", "internalError", "Too many requests", detail, seconds);
            case MethodNotSupported(var method) ->
                new Failure(
                        501,
                        "METHOD_NOT_SUPPORTED",
                        "methodNotSupported",
                        "DID method not supported",
                        "did:" + method
                                + " is not resolved here; did:webvh, did:web, did:key, did:jwk and did:pkh are.");
            case Resolved _, ResolvedVersion _, Deactivated _ -> throw new IllegalStateException("no failure");
        };
    }

    private RestResponse<String> document(String document, String metadata, ResolutionFormat format) {
        return answer(200, format.isDocument() ? document : text(Result.of(document, metadata)), format.mediaType());
    }

    private RestResponse<String> content(JsonObject content, String metadata, ResolutionFormat format) {
        return answer(
                200,
                format.isDocument()
                        ? content.text()
                        : text(new Dereferenced(content.text(), new Metadata("application/did", null), metadata)),
                format.mediaType());
    }

    private RestResponse<String> error(Failure failure, ResolutionFormat format) {
        var whole = whole(format);
        var error = whole.hasErrorWords() ? (Object) failure.word : object(failure);
        return failed(failure, text(Result.of(error)), whole);
    }

    private RestResponse<String> errorOfUrl(Failure failure, ResolutionFormat format) {
        var body = text(new Dereferenced("null", new Metadata(null, object(failure)), NO_METADATA));
        return failed(failure, body, wholeOfUrl(format));
    }

    private RestResponse<String> refused(Reason reason, String detail, ResolutionFormat format) {
        return errorOfUrl(new Failure(reason.status(), reason.type(), "", reason.title(), detail, 0), format);
    }

    private static Map<String, String> object(Failure failure) {
        return Map.of("type", failure.type, "title", failure.title, "detail", failure.detail);
    }

    /** An error has no document, so it is a result whatever was asked for. */
    private static ResolutionFormat whole(ResolutionFormat format) {
        return format.isDocument() ? ResolutionFormat.RESULT : format;
    }

    private static ResolutionFormat wholeOfUrl(ResolutionFormat format) {
        return format == ResolutionFormat.RESULT_AS_JSON ? format : ResolutionFormat.DEREFERENCING;
    }

    private static RestResponse<String> failed(Failure failure, String body, ResolutionFormat format) {
        var answer = answer(failure.status, body, format.mediaType());
        if (failure.retryAfterSeconds > 0) {
            answer.getHeaders().add(HttpHeaders.RETRY_AFTER, Integer.toString(failure.retryAfterSeconds));
        }
        return answer;
    }

    private static RestResponse<String> answer(int status, String body, String mediaType) {
        return RestResponse.ResponseBuilder.<String>create(status)
                .entity(body)
                .header(HttpHeaders.CONTENT_TYPE, mediaType)
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

    private String text(Dereferenced result) {
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

    /** @param content, contentMetadata as they are written */
    @RegisterForReflection
    record Dereferenced(
            @JsonRawValue String content,
            Metadata dereferencingMetadata,
            @JsonRawValue String contentMetadata) {}

    /** @param error an object, or one word for those who read the older form */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Metadata(String contentType, Object error) {}
}
