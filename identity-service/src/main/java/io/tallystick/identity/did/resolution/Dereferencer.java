package io.tallystick.identity.did.resolution;

import io.tallystick.identity.did.resolution.Dereferencing.Document;
import io.tallystick.identity.did.resolution.Dereferencing.Endpoints;
import io.tallystick.identity.did.resolution.Dereferencing.Part;
import io.tallystick.identity.did.resolution.Dereferencing.Reason;
import io.tallystick.identity.did.resolution.Dereferencing.Refused;
import io.tallystick.identity.did.webvh.Json;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.ParallelWeb;
import io.tallystick.identity.did.webvh.WebvhDid;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The DID URL dereferencing algorithm of DID Resolution. Fetches nothing: of a service it says where to look. */
final class Dereferencer {
    /** Parameters that choose a version; the document is of that version already. */
    static final Set<String> VERSION = Set.of("versionId", "versionTime", "versionNumber");

    static final String RELATIONSHIP = "verificationRelationship";
    static final String SERVICE = "service";
    static final String SERVICE_TYPE = "serviceType";
    static final String RELATIVE_REF = "relativeRef";

    private static final Set<String> KNOWN = Set.of(SERVICE, SERVICE_TYPE, RELATIVE_REF, RELATIONSHIP);
    private static final List<String> RELATIONSHIPS = List.of(
            "authentication", "assertionMethod", "keyAgreement", "capabilityInvocation", "capabilityDelegation");
    private static final int MAX_ENDPOINTS = 32;

    private final DidUrl url;
    private final JsonObject document;
    private final String did;

    private Dereferencer(DidUrl url, JsonObject document) {
        this.url = url;
        this.document = document;
        this.did = document.textOf("id").orElse(url.did());
    }

    /**
     * Dereferences.
     *
     * @param document that its DID resolved to
     * @param endpoints whether the endpoints of services are wanted, not the services
     */
    static Dereferencing dereference(DidUrl url, JsonObject document, boolean endpoints) {
        try {
            return new Dereferencer(url, document).dereference(endpoints);
        } catch (IllegalArgumentException e) {
            return new Refused(Reason.INVALID_DID_URL, e.getMessage());
        }
    }

    private Dereferencing dereference(boolean endpoints) {
        var unknown = url.parameters().keySet().stream()
                .filter(name -> !KNOWN.contains(name) && !VERSION.contains(name))
                .findFirst();
        if (unknown.isPresent()) {
            return new Refused(Reason.NOT_FOUND, "nobody here knows the parameter " + unknown.get());
        }
        if (!url.path().isEmpty()) {
            return path(endpoints);
        }
        var service = url.parameter(SERVICE);
        var type = url.parameter(SERVICE_TYPE);
        if (service.isEmpty() && type.isEmpty()) {
            if (!url.parameter(RELATIVE_REF).isEmpty()) {
                throw new IllegalArgumentException("relativeRef needs service or serviceType beside it");
            }
            return endpoints ? new Refused(Reason.NOT_FOUND, "only services have endpoints") : fragment(document);
        }
        return services(selected(service, type), url.parameter(RELATIVE_REF), endpoints);
    }

    /** Only did:webvh says what its paths mean: {@code /whois}, and files beside the log. */
    private Dereferencing path(boolean endpoints) {
        if (!did.startsWith(WebvhDid.PREFIX)) {
            return new Refused(Reason.NOT_FOUND, "the DID's method gives a path no meaning");
        }
        if (!url.parameter(SERVICE).isEmpty() || !url.parameter(SERVICE_TYPE).isEmpty()) {
            throw new IllegalArgumentException("either a path or a service names what is wanted");
        }
        return url.path().equals("/whois")
                ? services(selected("whois", ""), "", endpoints)
                : services(selected("files", ""), url.path(), endpoints);
    }

    private List<JsonObject> selected(String service, String type) {
        var wanted = service.startsWith("did:") ? service : did + "#" + withoutSign(service);
        return objects(withUnsaidServices(), "service")
                .filter(one -> service.isEmpty() || id(one).equals(wanted))
                .filter(one -> type.isEmpty() || texts(one.get("type")).contains(type))
                .toList();
    }

    private static String withoutSign(String service) {
        return service.startsWith("#") ? service.substring(1) : service;
    }

    private JsonObject withUnsaidServices() {
        try {
            return did.startsWith(WebvhDid.PREFIX) ? ParallelWeb.withServices(document, WebvhDid.parse(did)) : document;
        } catch (IllegalArgumentException e) {
            return document;
        }
    }

    private Dereferencing services(List<JsonObject> selected, String reference, boolean endpoints) {
        if (selected.isEmpty()) {
            return new Refused(Reason.NOT_FOUND, "the DID has no such service");
        }
        var urls = urls(selected, reference);
        if (endpoints) {
            return urls.isEmpty()
                    ? new Refused(Reason.NOT_FOUND, "the service has no endpoint that is a URL")
                    : new Endpoints(urls);
        }
        return fragment(document.with("service", new JsonArray(List.copyOf(selected))));
    }

    /** Also looked at when they are not wanted, so that a wrong reference is refused however one asks. */
    private List<String> urls(List<JsonObject> selected, String reference) {
        var urls = new LinkedHashSet<String>();
        selected.stream()
                .flatMap(one -> texts(one.get("serviceEndpoint")).stream())
                .flatMap(text -> Endpoint.of(text).stream())
                .map(one -> reference.isEmpty() ? one : Endpoint.below(one, reference))
                .map(one -> withFragment(one.toString()))
                .limit(MAX_ENDPOINTS)
                .forEach(urls::add);
        return List.copyOf(urls);
    }

    private String withFragment(String endpoint) {
        if (url.fragment().isEmpty()) {
            return endpoint;
        }
        if (endpoint.indexOf('#') >= 0) {
            throw new IllegalArgumentException("the endpoint has a fragment of its own");
        }
        return endpoint + "#" + url.fragment();
    }

    private Dereferencing fragment(JsonObject within) {
        var relationship = url.parameter(RELATIONSHIP);
        if (url.fragment().isEmpty()) {
            return relationship.isEmpty()
                    ? new Document(within)
                    : new Refused(Reason.INVALID_VERIFICATION_METHOD, "name a verification method by its fragment");
        }
        var method = methods(within)
                .filter(one -> id(one).equals(did + "#" + url.fragment()))
                .findFirst();
        if (!relationship.isEmpty()) {
            return authorized(within, method, relationship);
        }
        return method.or(() -> objects(within, "service")
                        .filter(one -> id(one).equals(did + "#" + url.fragment()))
                        .findFirst())
                .<Dereferencing>map(this::part)
                .orElseGet(() -> new Refused(Reason.NOT_FOUND, "the document has nothing by this fragment"));
    }

    private Dereferencing authorized(JsonObject within, Optional<JsonObject> method, String relationship) {
        if (method.isEmpty()) {
            return new Refused(
                    Reason.INVALID_VERIFICATION_METHOD, "the document has no verification method by this fragment");
        }
        var id = id(method.get());
        boolean may = RELATIONSHIPS.contains(relationship)
                && items(within, relationship).stream().anyMatch(item -> switch (item) {
                    case JsonText(var text) -> absolute(text).equals(id);
                    case JsonObject embedded -> id(embedded).equals(id);
                    default -> false;
                });
        return may
                ? part(method.get())
                : new Refused(
                        Reason.INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD,
                        "the DID does not let this key be used for " + relationship);
    }

    /** What it means is said by the document's context. */
    private Part part(JsonObject found) {
        return new Part(document.get("@context")
                .filter(_ -> found.get("@context").isEmpty())
                .map(context -> found.with("@context", context))
                .orElse(found));
    }

    /** Of its own list, and those that stand in a relationship itself. */
    private static Stream<JsonObject> methods(JsonObject within) {
        return Stream.concat(
                objects(within, "verificationMethod"),
                RELATIONSHIPS.stream().flatMap(relationship -> objects(within, relationship)));
    }

    private String id(JsonObject part) {
        return absolute(part.textOf("id").orElse(""));
    }

    private String absolute(String id) {
        return id.startsWith("#") ? did + id : id;
    }

    private static Stream<JsonObject> objects(JsonObject within, String name) {
        return items(within, name).stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast);
    }

    private static List<Json> items(JsonObject within, String name) {
        return within.get(name).orElse(null) instanceof JsonArray(var items) ? items : List.of();
    }

    /** A text, or the texts of a list. */
    private static List<String> texts(Optional<Json> value) {
        var texts = new ArrayList<String>();
        switch (value.orElse(new JsonArray(List.of()))) {
            case JsonText(var text) -> texts.add(text);
            case JsonArray(var items) ->
                items.forEach(item -> {
                    if (item instanceof JsonText(var text)) {
                        texts.add(text);
                    }
                });
            default -> {}
        }
        return texts;
    }
}
