package io.tallystick.identity.credential.verification;

import io.tallystick.identity.credential.status.StatusList;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonInteger;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.kit.access.CompactJws;
import java.util.List;
import java.util.Optional;

/** A status list that was fetched, as the credential that it is. What stands in it must be what was asked for. */
final class PresentedList {
    private PresentedList() {}

    /**
     * Whether the bit of {@code entry} is set. Whether the list is signed and valid now was found out before.
     *
     * @throws CompactJws.Invalid if it cannot be told from this list
     */
    static boolean isSet(SignedCredential list, StatusEntry entry, String issuer) {
        if (!list.issuer().equals(issuer)) {
            throw new CompactJws.Invalid("the status list is of another issuer");
        }
        if (!list.text().textOf("id").equals(Optional.of(entry.list()))) {
            throw new CompactJws.Invalid("the status list has another id than where it lies");
        }
        if (!list.types().contains("BitstringStatusListCredential")
                || !list.subject().textOf("type").equals(Optional.of("BitstringStatusList"))) {
            throw new CompactJws.Invalid("the status list is no BitstringStatusListCredential");
        }
        if (!purposes(list.subject()).contains(entry.purpose())) {
            throw new CompactJws.Invalid("the status list has another statusPurpose");
        }
        requireOneBitEach(list.subject());
        return isSet(bits(list.subject()), entry.index());
    }

    private static boolean isSet(StatusList bits, int index) {
        if (index >= bits.places()) {
            throw new CompactJws.Invalid("statusListIndex is beyond the status list's end");
        }
        return bits.isSet(index);
    }

    private static StatusList bits(JsonObject subject) {
        var encoded = subject.textOf("encodedList")
                .orElseThrow(() -> new CompactJws.Invalid("the status list has no encodedList"));
        try {
            return StatusList.decode(encoded);
        } catch (IllegalArgumentException e) {
            throw new CompactJws.Invalid("the status list: " + e.getMessage());
        }
    }

    private static List<String> purposes(JsonObject subject) {
        return subject.get("statusPurpose").orElse(null) instanceof JsonArray array
                ? array.texts().orElse(List.of())
                : subject.textOf("statusPurpose").map(List::of).orElse(List.of());
    }

    private static void requireOneBitEach(JsonObject subject) {
        if (subject.get("statusSize")
                .filter(size -> !size.equals(new JsonInteger(1)))
                .isPresent()) {
            throw new CompactJws.Invalid("the status list has more than one bit for each credential");
        }
    }
}
