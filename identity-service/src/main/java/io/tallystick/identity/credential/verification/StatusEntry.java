package io.tallystick.identity.credential.verification;

import io.tallystick.identity.did.webvh.Json;
import io.tallystick.identity.did.webvh.Json.JsonInteger;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.kit.access.CompactJws;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a credential's status stands (Bitstring Status List 1.0, {@code BitstringStatusListEntry}).
 *
 * @param purpose {@code revocation} or {@code suspension}: what another bit means, we do not know
 * @param list URL of the list
 */
record StatusEntry(String purpose, String list, int index) {
    static final String REVOCATION = "revocation";
    static final String SUSPENSION = "suspension";

    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");
    private static final int MAX_URL_LENGTH = 2048;

    StatusEntry {
        if (!purpose.equals(REVOCATION) && !purpose.equals(SUSPENSION)) {
            throw new CompactJws.Invalid("credentialStatus has a statusPurpose beside revocation and suspension");
        }
        if (list.length() > MAX_URL_LENGTH) {
            throw new CompactJws.Invalid("statusListCredential is longer than " + MAX_URL_LENGTH + " characters");
        }
    }

    /** @throws CompactJws.Invalid if it is none that we know to look up */
    static StatusEntry of(Json json) {
        if (!(json instanceof JsonObject entry)
                || !entry.textOf("type").equals(Optional.of("BitstringStatusListEntry"))) {
            throw new CompactJws.Invalid("credentialStatus must be a BitstringStatusListEntry");
        }
        if (entry.get("statusSize")
                .filter(size -> !size.equals(new JsonInteger(1)))
                .isPresent()) {
            throw new CompactJws.Invalid("credentialStatus must have a statusSize of 1, or none");
        }
        return new StatusEntry(text(entry, "statusPurpose"), text(entry, "statusListCredential"), index(entry));
    }

    /** A text by the standard; some write a number. */
    private static int index(JsonObject entry) {
        var text = entry.get("statusListIndex").orElse(null) instanceof JsonInteger(var number)
                ? Long.toString(number)
                : text(entry, "statusListIndex");
        if (!INDEX.matcher(text).matches()) {
            throw new CompactJws.Invalid("statusListIndex must be a whole number below a thousand million");
        }
        return Integer.parseInt(text);
    }

    private static String text(JsonObject entry, String name) {
        return entry.textOf(name)
                .orElseThrow(() -> new CompactJws.Invalid("credentialStatus must have the text " + name));
    }
}
