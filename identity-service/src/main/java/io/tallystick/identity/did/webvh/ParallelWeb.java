package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.Verification.Version;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The did:web that lies beside a did:webvh, for those who know no other (did:webvh 1.0, "Publishing a Parallel did:web
 * DID"): the same document by its other name, with the two services that a did:webvh has unsaid.
 */
public final class ParallelWeb {
    private static final String LINKED_PRESENTATION = "https://identity.foundation/linked-vp/contexts/v1";

    private ParallelWeb() {}

    public static JsonObject document(Version version) {
        var did = version.did();
        var document = withServices(version.document(), did).replace(WebvhDid.PREFIX + did.scid() + ":", "did:web:");
        var names = new LinkedHashSet<String>();
        names.add(did.toString());
        names.addAll(texts(document, "alsoKnownAs"));
        names.remove(did.web());
        return document.with("alsoKnownAs", JsonArray.ofTexts(List.copyOf(names)));
    }

    /** The document with the two services that a did:webvh has unsaid. */
    public static JsonObject withServices(JsonObject document, WebvhDid did) {
        var services = new ArrayList<>(items(document, "service"));
        add(services, did, "#files", service("relativeRef", did.base()));
        add(
                services,
                did,
                "#whois",
                service("LinkedVerifiablePresentation", did.base() + "whois.vp")
                        .with("@context", new JsonText(LINKED_PRESENTATION)));
        return document.with("service", new JsonArray(services));
    }

    /** A document may have a service of its own in place of the unsaid one. */
    private static void add(List<Json> services, WebvhDid did, String fragment, JsonObject service) {
        boolean there = services.stream()
                .map(one -> one instanceof JsonObject said ? said.textOf("id").orElse("") : "")
                .anyMatch(id -> id.equals(fragment) || id.equals(did + fragment));
        if (!there) {
            services.add(service.with("id", new JsonText(did + fragment)));
        }
    }

    private static JsonObject service(String type, String endpoint) {
        return JsonObject.of(Map.of("type", new JsonText(type), "serviceEndpoint", new JsonText(endpoint)));
    }

    private static List<Json> items(JsonObject document, String name) {
        return document.get(name).orElse(null) instanceof JsonArray(var items) ? items : List.of();
    }

    private static List<String> texts(JsonObject document, String name) {
        return document.get(name).orElse(null) instanceof JsonArray array
                ? array.texts().orElse(List.of())
                : List.of();
    }
}
