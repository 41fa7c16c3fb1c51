package io.tallystick.identity.did;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.MethodNotSupported;
import io.tallystick.identity.did.Resolution.Resolved;
import io.tallystick.identity.did.ResolutionFormat.Accepted;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * The HTTP binding of DID Resolution. Open to everyone: all that it says is in the DID already. Answers text, because
 * the framework writes JSON only under media types that it knows to be JSON.
 */
@Path("/1.0/identifiers/{did}")
@PermitAll
class ResolutionResource {
    private static final String RESULT_CONTEXT = "https://w3id.org/did-resolution/v1";

    private final DidResolver resolver;
    private final ObjectMapper json;

    ResolutionResource(DidResolver resolver, ObjectMapper json) {
        this.resolver = resolver;
        this.json = json;
    }

    @GET
    @Produces(MediaType.WILDCARD)
    public RestResponse<String> get(@RestPath String did, @Context HttpHeaders headers) {
        return ResolutionFormat.of(wanted(headers))
                .map(format -> answer(resolver.resolve(did), format))
                .orElseGet(this::notAcceptable);
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
            case Resolved(var document, var _) ->
                answer(200, format.isDocument() ? text(document) : text(Result.of(document)), format);
            case InvalidDid(var detail) -> error(400, "INVALID_DID", "invalidDid", "Not a DID", detail, format);
            case MethodNotSupported(var method) ->
                error(
                        501,
                        "METHOD_NOT_SUPPORTED",
                        "methodNotSupported",
                        "DID method not supported",
                        "did:" + method + " is not resolved here; did:key, did:jwk and did:pkh are.",
                        format);
        };
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

    @RegisterForReflection
    record Result(
            @JsonProperty("@context") String context,
            Metadata didResolutionMetadata,
            DidDocument didDocument,
            Map<String, String> didDocumentMetadata) {

        static Result of(DidDocument document) {
            return new Result(RESULT_CONTEXT, new Metadata("application/did", null), document, Map.of());
        }

        static Result of(Object error) {
            return new Result(RESULT_CONTEXT, new Metadata(null, error), null, Map.of());
        }
    }

    /** @param error an object, or one word for those who read the older form */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Metadata(String contentType, Object error) {}
}
