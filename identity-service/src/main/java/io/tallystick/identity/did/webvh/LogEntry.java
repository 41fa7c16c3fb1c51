package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.Verification.Reason;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One line of a log, taken apart and not yet believed.
 *
 * @param unproven the whole entry without its proofs: what is hashed and signed
 */
record LogEntry(
        int number,
        String versionId,
        Instant versionTime,
        JsonObject parameters,
        JsonObject state,
        List<JsonObject> proofs,
        JsonObject unproven) {

    private static final int MAX_PROOFS = 8;
    private static final Set<String> NAMES = Set.of("versionId", "versionTime", "parameters", "state", "proof");
    private static final Pattern VERSION_ID = Pattern.compile("([1-9][0-9]{0,8})-(" + Multihash.PATTERN + ")");
    private static final Pattern UTC =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?(?:Z|\\+00:00)");

    LogEntry {
        proofs = List.copyOf(proofs);
    }

    /** @throws LogRefused unless {@code line} has the form of an entry */
    static LogEntry read(String line) {
        if (!(json(line) instanceof JsonObject entry)
                || !entry.members().keySet().equals(NAMES)) {
            throw noEntry("it must be an object with "
                    + String.join(", ", NAMES.stream().sorted().toList()));
        }
        var versionId = entry.textOf("versionId").orElse("");
        var parts = VERSION_ID.matcher(versionId);
        LogRefused.unless(
                parts.matches(),
                Reason.NOT_A_LOG_ENTRY,
                "the versionId must be a number, a dash and a SHA-256 multihash");
        return new LogEntry(
                Integer.parseInt(parts.group(1)),
                versionId,
                time(entry.textOf("versionTime").orElse("")),
                object(entry, "parameters"),
                object(entry, "state"),
                proofs(entry),
                entry.without("proof"));
    }

    static Json json(String text) {
        try {
            return JsonReader.read(text);
        } catch (IllegalArgumentException e) {
            throw new LogRefused(Reason.NOT_STRICT_JSON, e.getMessage());
        }
    }

    /** The hash of this entry as the one after the version {@code previous}. */
    String hashAfter(String previous) {
        return Multihash.of(unproven.with("versionId", new JsonText(previous)));
    }

    /** The hash of this first entry before its SCID was known, which is the SCID. */
    String hashBeforeBirth(String scid) {
        return Multihash.of(unproven.with("versionId", new JsonText(scid)).replace(scid, WebvhDid.PLACEHOLDER));
    }

    private static Instant time(String text) {
        try {
            if (UTC.matcher(text).matches()) {
                return OffsetDateTime.parse(text).toInstant();
            }
        } catch (DateTimeException e) {
            throw new LogRefused(Reason.WRONG_VERSION_TIME, "no such time: " + e.getMessage());
        }
        throw new LogRefused(Reason.WRONG_VERSION_TIME, "the versionTime must be an ISO 8601 time in UTC, ending in Z");
    }

    private static JsonObject object(JsonObject entry, String name) {
        return entry.get(name).orElseThrow() instanceof JsonObject value ? value : none(name + " must be an object");
    }

    private static List<JsonObject> proofs(JsonObject entry) {
        return switch (entry.get("proof").orElseThrow()) {
            case JsonObject one -> List.of(one);
            case JsonArray(var items)
            when !items.isEmpty() && items.size() <= MAX_PROOFS ->
                items.stream()
                        .map(item -> item instanceof JsonObject proof ? proof : none("a proof must be an object"))
                        .toList();
            default -> throw noEntry("it must have one to " + MAX_PROOFS + " proofs");
        };
    }

    private static JsonObject none(String detail) {
        throw noEntry(detail);
    }

    private static LogRefused noEntry(String detail) {
        return new LogRefused(Reason.NOT_A_LOG_ENTRY, detail);
    }
}
