package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonInteger;
import io.tallystick.identity.did.webvh.Json.JsonNull;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Verification.Reason;
import io.tallystick.kit.access.Ed25519Key;
import java.util.HashSet;
import java.util.List;

/**
 * Who must have seen a version before it counts.
 *
 * @param threshold how many of them; 0 only if there are none
 * @param ids their did:key, each once
 */
public record Witnesses(int threshold, List<String> ids) {
    static final int MAX_WITNESSES = 64;
    static final Witnesses NONE = new Witnesses(0, List.of());

    public Witnesses {
        ids = List.copyOf(ids);
        if (threshold > ids.size() || (threshold < 1 && !ids.isEmpty())) {
            throw new IllegalArgumentException("the threshold lies between 1 and the number of witnesses");
        }
        if (ids.size() > MAX_WITNESSES || new HashSet<>(ids).size() != ids.size()) {
            throw new IllegalArgumentException("at most " + MAX_WITNESSES + " witnesses, each once");
        }
        ids.forEach(Ed25519Key::ofDidKey);
    }

    public boolean isNone() {
        return ids.isEmpty();
    }

    /** @throws LogRefused unless this is the parameter {@code witness} */
    static Witnesses read(Json json) {
        if (json instanceof JsonNull || (json instanceof JsonObject(var members) && members.isEmpty())) {
            return NONE;
        }
        if (json instanceof JsonObject object
                && object.get("threshold").orElse(json) instanceof JsonInteger(var threshold)
                && object.get("witnesses").orElse(json) instanceof JsonArray(var items)) {
            return of(threshold, items);
        }
        throw refused("it needs a threshold and witnesses, or nothing");
    }

    private static Witnesses of(long threshold, List<Json> items) {
        var ids = items.stream()
                .map(item -> item instanceof JsonObject witness ? witness.textOf("id") : null)
                .map(id -> id == null ? "" : id.orElse(""))
                .toList();
        try {
            LogRefused.unless(!ids.isEmpty(), Reason.INVALID_WITNESSES, "the witnesses are missing");
            return new Witnesses(Math.toIntExact(threshold), ids);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw refused(e.getMessage());
        }
    }

    private static LogRefused refused(String detail) {
        return new LogRefused(Reason.INVALID_WITNESSES, "the parameter witness: " + detail);
    }
}
