package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonBoolean;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.Verification.Version;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is said of a version beside its document, as did:webvh 1.0 and DID Resolution want it: texts, no numbers. */
public final class VersionMetadata {

    private VersionMetadata() {}

    /** @param versions all that hold, the first one first; {@code version} among them */
    public static JsonObject of(Version version, List<Version> versions) {
        var newest = versions.getLast();
        var parameters = version.parameters();
        var said = JsonObject.of(Map.of(
                "versionId", new JsonText(version.versionId()),
                "versionTime", new JsonText(version.versionTime().toString()),
                "created", new JsonText(versions.getFirst().versionTime().toString()),
                "updated", new JsonText(newest.versionTime().toString()),
                "scid", new JsonText(parameters.scid()),
                "portable", new JsonBoolean(parameters.portable()),
                // Of the DID, not of the version: it is over, whichever version one looks at.
                "deactivated", new JsonBoolean(newest.deactivated()),
                "ttl", new JsonText(Long.toString(parameters.ttlSeconds()))));
        var next = next(version, versions);
        return with(
                next.map(one -> said.with("nextVersionId", new JsonText(one.versionId()))
                                .with(
                                        "nextUpdate",
                                        new JsonText(one.versionTime().toString())))
                        .orElse(said),
                newest.parameters().witnesses());
    }

    private static Optional<Version> next(Version version, List<Version> versions) {
        return version.number() < versions.size() ? Optional.of(versions.get(version.number())) : Optional.empty();
    }

    private static JsonObject with(JsonObject said, Witnesses witnesses) {
        return witnesses.isNone()
                ? said
                : said.with(
                        "witness",
                        JsonObject.of(Map.of(
                                "threshold", new JsonText(Integer.toString(witnesses.threshold())),
                                "witnesses",
                                        new JsonArray(witnesses.ids().stream()
                                                .<Json>map(id -> JsonObject.of(Map.of("id", new JsonText(id))))
                                                .toList()))));
    }
}
