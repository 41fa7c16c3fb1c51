package io.tallystick.identity.did.issued;

import io.tallystick.identity.did.VerificationKey;
import io.tallystick.identity.did.issued.Issuance.Rejected;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonBoolean;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.LogAuthor;
import io.tallystick.identity.did.webvh.LogAuthor.UpdateKey;
import io.tallystick.identity.did.webvh.LogVerifier;
import io.tallystick.identity.did.webvh.Verification.Refused;
import io.tallystick.identity.did.webvh.Verification.Verified;
import io.tallystick.identity.did.webvh.Verification.Version;
import io.tallystick.identity.did.webvh.WebvhDid;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The log of a DID that we issued, with pre-rotation from its first entry on: each entry is signed by the key that the
 * one before committed to, and commits to the next. A deactivated one has no key left, and does not grow. Every log that this class makes or reads was verified as a stranger
 * would.
 */
record IssuedLog(List<String> lines, Verified log) {
    /** Room that is kept for a last entry. */
    private static final int RESERVED_BYTES = 1 << 16;

    /** A version each month for twenty years. Whoever resolves the DID verifies them all. */
    private static final int MAX_LINES = 255;

    /** Accounts are listed only while there is room to take them off again. */
    private static final int RESERVED_LINES = 24;

    private static final int MAX_OTHER_NAMES = 16;
    private static final Duration MAX_AHEAD = Duration.ofMinutes(1);

    IssuedLog {
        lines = List.copyOf(lines);
    }

    /** What became of a wish to add an entry. */
    sealed interface Growth permits Grown, Same, Rejected {}

    record Grown(IssuedLog log) implements Growth {}

    /** There was nothing to add. */
    record Same() implements Growth {}

    /**
     * What an entry is signed with.
     *
     * @param key the one that the last entry committed to; for a first entry any
     * @param next hash of the key that signs the entry after it
     */
    record Turn(UpdateKey key, String next, Instant now) {}

    /** @throws IllegalStateException if what is stored is no right log of {@code did} */
    static IssuedLog read(WebvhDid did, List<String> lines, Instant now) {
        return switch (LogVerifier.verify(did, String.join("\n", lines), "", now)) {
            case Verified log -> new IssuedLog(lines, log);
            case Refused refused -> throw new IllegalStateException("the log of " + did + ": " + refused.detail());
        };
    }

    static IssuedLog first(WebvhDid unborn, List<VerificationKey> keys, boolean portable, Turn turn) {
        var parameters = rotation(turn).with("portable", new JsonBoolean(portable));
        var document = IssuedDocument.of(unborn, keys, List.of(), List.of());
        var line = LogAuthor.first(parameters, document, turn.key, turn.now);
        var scid = LogAuthor.scid(line);
        return read(new WebvhDid(scid, unborn.host(), unborn.path()), List.of(line), turn.now);
    }

    Version newest() {
        return log.newest();
    }

    /** Whether the DID has these keys now, so that issuing it again would change nothing. */
    boolean says(List<VerificationKey> keys, boolean portable) {
        var mine = IssuedDocument.keys(newest().document()).stream()
                .map(VerificationKey::multibase)
                .toList();
        return !newest().deactivated()
                && newest().parameters().portable() == portable
                && mine.equals(keys.stream().map(VerificationKey::multibase).toList());
    }

    /** Another update key; and other keys of the DID itself, if they are given. */
    Growth rotate(Optional<List<VerificationKey>> keys, Turn turn) {
        var document = keys.map(some -> IssuedDocument.of(newest().did(), some, otherNames(), accounts()))
                .orElse(newest().document());
        return grow(rotation(turn), document, newest().did(), turn);
    }

    /** The DID goes to another domain, and keeps its history, its path and its old names. */
    Growth move(String domain, Turn turn) {
        var moved = newest().did().movedTo(domain);
        if (moved.equals(newest().did())) {
            return new Same();
        }
        if (!newest().parameters().portable()) {
            return Rejected.NOT_PORTABLE;
        }
        var names = new ArrayList<>(otherNames());
        names.remove(newest().did().web());
        names.remove(moved.toString());
        names.add(newest().did().toString());
        return names.size() > MAX_OTHER_NAMES
                ? Rejected.LOG_FULL
                : grow(
                        rotation(turn),
                        IssuedDocument.of(moved, IssuedDocument.keys(newest().document()), names, accounts()),
                        moved,
                        turn);
    }

    /** The document lists exactly these accounts, which the DID's subject has proved to hold. */
    Growth list(List<String> accounts, Turn turn) {
        if (accounts.equals(accounts())) {
            return new Same();
        }
        if (!accounts().containsAll(accounts) && lines.size() >= MAX_LINES - RESERVED_LINES) {
            return Rejected.LOG_FULL;
        }
        var keys = IssuedDocument.keys(newest().document());
        return grow(
                rotation(turn), IssuedDocument.of(newest().did(), keys, otherNames(), accounts), newest().did(), turn);
    }

    /** The last entry. It commits to no further key, and its own is of no more use. */
    Growth deactivate(Turn turn) {
        var parameters = rotation(turn)
                .with("nextKeyHashes", new JsonArray(List.of()))
                .with("deactivated", new JsonBoolean(true));
        return new Grown(with(parameters, newest().document(), newest().did(), turn));
    }

    private Growth grow(JsonObject parameters, JsonObject document, WebvhDid did, Turn turn) {
        int length = lines.stream().mapToInt(String::length).sum();
        if (lines.size() >= MAX_LINES || length > LogVerifier.MAX_BYTES - 2 * RESERVED_BYTES) {
            return Rejected.LOG_FULL;
        }
        if (newest().versionTime().isAfter(turn.now.plus(MAX_AHEAD))) {
            return Rejected.TOO_SOON;
        }
        return new Grown(with(parameters, document, did, turn));
    }

    private IssuedLog with(JsonObject parameters, JsonObject document, WebvhDid did, Turn turn) {
        var more = new ArrayList<>(lines);
        more.add(LogAuthor.next(newest(), parameters, document, turn.key, turn.now));
        return read(did, more, turn.now);
    }

    private List<String> otherNames() {
        return IssuedDocument.otherNames(newest().document());
    }

    /** The accounts that its newest document lists. */
    List<String> accounts() {
        return IssuedDocument.accounts(newest().document());
    }

    private static JsonObject rotation(Turn turn) {
        return JsonObject.of(Map.of(
                "updateKeys", JsonArray.ofTexts(List.of(turn.key.multikey())),
                "nextKeyHashes", JsonArray.ofTexts(List.of(turn.next))));
    }
}
