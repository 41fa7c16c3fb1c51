package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonBoolean;
import io.tallystick.identity.did.webvh.Json.JsonInteger;
import io.tallystick.identity.did.webvh.Json.JsonNull;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.Verification.Reason;
import java.util.List;
import java.util.Set;

/**
 * What holds for a DID from one version on. An entry says only what it changes.
 *
 * @param updateKeys multikeys that may sign; with pre-rotation this version, otherwise the next one
 * @param nextKeyHashes hashes of the keys that may sign the next version; empty without pre-rotation
 * @param portable whether the DID may move to another place
 * @param ttlSeconds how long a resolver may keep what it saw
 */
public record Parameters(
        String scid,
        List<String> updateKeys,
        List<String> nextKeyHashes,
        boolean portable,
        Witnesses witnesses,
        boolean deactivated,
        long ttlSeconds) {

    /** The one version of the method that is read and written here. */
    public static final String METHOD = "did:webvh:1.0";

    static final int MAX_KEYS = 64;
    private static final long DEFAULT_TTL_SECONDS = 3600;
    private static final long MAX_TTL_SECONDS = 1L << 31;
    private static final Set<String> NAMES = Set.of(
            "method", "scid", "updateKeys", "nextKeyHashes", "portable", "witness", "watchers", "deactivated", "ttl");

    public Parameters {
        updateKeys = List.copyOf(updateKeys);
        nextKeyHashes = List.copyOf(nextKeyHashes);
    }

    public boolean preRotates() {
        return !nextKeyHashes.isEmpty();
    }

    /** @throws LogRefused unless these can be the parameters of a first entry */
    static Parameters first(JsonObject json) {
        requireMethod(json.get("method").orElse(new JsonNull()));
        var scid = json.textOf("scid").orElse("");
        LogRefused.unless(!scid.isEmpty(), Reason.INVALID_PARAMETERS, "the first entry needs an scid");
        LogRefused.unless(
                json.get("updateKeys").isPresent(), Reason.INVALID_PARAMETERS, "the first entry needs updateKeys");
        return new Parameters(scid, List.of(), List.of(), true, Witnesses.NONE, false, DEFAULT_TTL_SECONDS)
                .with(json, false);
    }

    /** @throws LogRefused unless these can be the parameters of the entry after the one with this */
    Parameters next(JsonObject json) {
        json.get("method").ifPresent(Parameters::requireMethod);
        LogRefused.unless(
                json.get("scid").isEmpty(), Reason.INVALID_PARAMETERS, "only the first entry may have an scid");
        boolean named = json.get("updateKeys").orElse(null) instanceof JsonArray
                && json.get("nextKeyHashes").isPresent();
        LogRefused.unless(
                !preRotates() || named,
                Reason.UPDATE_KEYS_OMITTED,
                "with pre-rotation each entry names updateKeys and nextKeyHashes");
        boolean again = json.get("portable").orElse(null) instanceof JsonBoolean(var value) && value;
        LogRefused.unless(!again, Reason.INVALID_PARAMETERS, "only the first entry may make a DID portable");
        return with(json, portable);
    }

    private Parameters with(JsonObject json, boolean portableBefore) {
        for (var name : json.members().keySet()) {
            LogRefused.unless(
                    NAMES.contains(name), Reason.INVALID_PARAMETERS, "no parameter of " + METHOD + ": " + name);
        }
        texts(json, "watchers", List.of());
        return new Parameters(
                scid,
                texts(json, "updateKeys", updateKeys),
                texts(json, "nextKeyHashes", nextKeyHashes),
                flag(json, "portable", portableBefore),
                json.get("witness").map(Witnesses::read).orElse(witnesses),
                flag(json, "deactivated", deactivated),
                ttl(json));
    }

    private static void requireMethod(Json json) {
        LogRefused.unless(
                json instanceof JsonText(var method) && method.equals(METHOD),
                Reason.UNKNOWN_METHOD,
                "the method must be " + METHOD);
    }

    /** Early logs say null where they mean none. */
    private static List<String> texts(JsonObject json, String name, List<String> before) {
        return switch (json.get(name).orElse(JsonArray.ofTexts(before))) {
            case JsonNull() -> List.of();
            case JsonArray array
            when array.items().size() <= MAX_KEYS -> array.texts().orElseThrow(() -> invalid(name + " must be texts"));
            default -> throw invalid(name + " must be at most " + MAX_KEYS + " texts");
        };
    }

    private static boolean flag(JsonObject json, String name, boolean before) {
        return switch (json.get(name).orElse(new JsonBoolean(before))) {
            case JsonBoolean(var value) -> value;
            default -> throw invalid(name + " must be true or false");
        };
    }

    private long ttl(JsonObject json) {
        return switch (json.get("ttl").orElse(new JsonInteger(ttlSeconds))) {
            case JsonNull() -> DEFAULT_TTL_SECONDS;
            case JsonInteger(var seconds) when seconds >= 0 && seconds <= MAX_TTL_SECONDS -> seconds;
            default -> throw invalid("ttl must be whole seconds up to 2^31");
        };
    }

    private static LogRefused invalid(String detail) {
        return new LogRefused(Reason.INVALID_PARAMETERS, detail);
    }
}
