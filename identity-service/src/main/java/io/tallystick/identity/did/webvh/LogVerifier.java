package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.Verification.Reason;
import io.tallystick.identity.did.webvh.Verification.Refused;
import io.tallystick.identity.did.webvh.Verification.Verified;
import io.tallystick.identity.did.webvh.Verification.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads a {@code did.jsonl} and believes nothing in it that is not proven: every entry, also those between, by its hash,
 * its proofs and the keys that the entries before it allow.
 */
public final class LogVerifier {
    public static final int MAX_BYTES = 1 << 20;
    public static final int MAX_ENTRIES = 1000;

    /** How far another's clock may be ahead of ours. */
    static final Duration TOLERANCE = Duration.ofMinutes(5);

    private LogVerifier() {}

    /**
     * Verifies a log.
     *
     * @param did whose log it is said to be; one at which the DID was before it moved will do
     * @param log the text of {@code did.jsonl}
     * @param witnessFile the text of {@code did-witness.json}; empty if there is none
     */
    public static Verification verify(WebvhDid did, String log, String witnessFile, Instant now) {
        var versions = new ArrayList<Version>();
        var refused = chain(did, log, now, versions);
        var witnessed = witnessed(versions, witnessFile);
        if (witnessed.size() < versions.size()) {
            var version = versions.get(witnessed.size());
            return new Refused(
                    witnessed, Reason.NOT_WITNESSED, "version " + version.number() + " lacks witnesses' proofs");
        }
        if (refused != null) {
            return new Refused(versions, refused.reason(), refused.getMessage());
        }
        boolean asked = versions.stream().anyMatch(version -> version.did().equals(did));
        return asked
                ? new Verified(versions)
                : new Refused(List.of(), Reason.OTHER_DID, "no version of the log is of the DID that was asked for");
    }

    /** Adds the versions that hold. @return why the one after them does not; null if there is none */
    private static LogRefused chain(WebvhDid did, String log, Instant now, List<Version> versions) {
        try {
            for (var line : lines(log)) {
                var entry = LogEntry.read(line);
                versions.add(versions.isEmpty() ? first(did, entry, now) : next(versions.getLast(), entry, now));
            }
            return null;
        } catch (LogRefused e) {
            return new LogRefused(e.reason(), "entry " + (versions.size() + 1) + ": " + e.getMessage());
        }
    }

    private static List<String> lines(String log) {
        LogRefused.unless(
                log.length() <= MAX_BYTES && log.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES,
                Reason.TOO_LARGE,
                "a log has at most " + MAX_BYTES + " bytes");
        var lines = log.lines().limit(MAX_ENTRIES + 1L).toList();
        LogRefused.unless(
                lines.size() <= MAX_ENTRIES, Reason.TOO_MANY_ENTRIES, "a log has at most " + MAX_ENTRIES + " entries");
        LogRefused.unless(!lines.isEmpty(), Reason.EMPTY, "the log is empty");
        return lines;
    }

    private static Version first(WebvhDid asked, LogEntry entry, Instant now) {
        requireNumber(entry, 1);
        requireNotAhead(entry, now);
        var parameters = Parameters.first(entry.parameters());
        var did = did(entry, parameters.scid());
        LogRefused.unless(
                asked.scid().equals(parameters.scid()), Reason.OTHER_SCID, "the log is of another SCID than the DID");
        LogRefused.unless(
                !entry.unproven().text().contains(WebvhDid.PLACEHOLDER)
                        && entry.hashBeforeBirth(parameters.scid()).equals(parameters.scid()),
                Reason.WRONG_SCID,
                "the SCID is not the hash of the first entry");
        requireHash(entry, parameters.scid());
        requireProofs(entry, parameters.updateKeys());
        return version(entry, did, parameters);
    }

    private static Version next(Version last, LogEntry entry, Instant now) {
        LogRefused.unless(!last.deactivated(), Reason.AFTER_DEACTIVATION, "nothing follows a deactivation");
        requireNumber(entry, last.number() + 1);
        LogRefused.unless(
                entry.versionTime().isAfter(last.versionTime()),
                Reason.WRONG_VERSION_TIME,
                "the versionTime must be after the last one's");
        requireNotAhead(entry, now);
        var before = last.parameters();
        var parameters = before.next(entry.parameters());
        var did = did(entry, parameters.scid());
        requireMayLieThere(last.did(), did, entry.state(), parameters);
        requireHash(entry, last.versionId());
        if (before.preRotates()) {
            requireCommitted(parameters.updateKeys(), before.nextKeyHashes());
        }
        requireProofs(entry, before.preRotates() ? parameters.updateKeys() : before.updateKeys());
        return version(entry, did, parameters);
    }

    private static Version version(LogEntry entry, WebvhDid did, Parameters parameters) {
        return new Version(entry.number(), entry.versionId(), entry.versionTime(), did, entry.state(), parameters);
    }

    private static void requireNumber(LogEntry entry, int number) {
        LogRefused.unless(
                entry.number() == number, Reason.WRONG_VERSION_NUMBER, "the version's number must be " + number);
    }

    private static void requireNotAhead(LogEntry entry, Instant now) {
        LogRefused.unless(
                !entry.versionTime().isAfter(now.plus(TOLERANCE)),
                Reason.WRONG_VERSION_TIME,
                "the versionTime lies in the future");
    }

    private static WebvhDid did(LogEntry entry, String scid) {
        try {
            var did = WebvhDid.parse(entry.state().textOf("id").orElse(""));
            LogRefused.unless(did.scid().equals(scid), Reason.OTHER_SCID, "the document's DID has another SCID");
            return did;
        } catch (IllegalArgumentException e) {
            throw new LogRefused(Reason.OTHER_SCID, "the document's id: " + e.getMessage());
        }
    }

    private static void requireMayLieThere(WebvhDid last, WebvhDid did, JsonObject state, Parameters parameters) {
        if (did.liesWith(last)) {
            return;
        }
        LogRefused.unless(parameters.portable(), Reason.NOT_PORTABLE, "the DID is not portable, and was moved");
        boolean says = state.get("alsoKnownAs").orElse(null) instanceof JsonArray(var names)
                && names.contains(new JsonText(last.toString()));
        LogRefused.unless(says, Reason.NOT_PORTABLE, "the DID was moved without its last name in alsoKnownAs");
    }

    private static void requireHash(LogEntry entry, String previous) {
        LogRefused.unless(
                entry.versionId().equals(entry.number() + "-" + entry.hashAfter(previous)),
                Reason.WRONG_ENTRY_HASH,
                "the hash in the versionId is not the entry's");
    }

    private static void requireCommitted(List<String> keys, List<String> hashes) {
        LogRefused.unless(
                hashes.containsAll(keys.stream().map(Multihash::of).toList()),
                Reason.KEY_NOT_COMMITTED,
                "an update key is none that the last entry committed to");
    }

    private static void requireProofs(LogEntry entry, List<String> keys) {
        for (var proof : entry.proofs()) {
            LogRefused.unless(
                    keys.contains(DataIntegrity.multikey(proof)),
                    Reason.KEY_NOT_AUTHORIZED,
                    "a proof is by a key that may not update the DID");
            DataIntegrity.verify(entry.unproven(), proof);
        }
    }

    /** The versions before the first that lacks proofs of its witnesses. */
    private static List<Version> witnessed(List<Version> versions, String file) {
        var wanted = new ArrayList<Witnesses>();
        var before = Witnesses.NONE;
        for (var version : versions) {
            var said = version.parameters().witnesses();
            // A change of witnesses is seen by the old ones; only who had none begins with the new.
            wanted.add(before.isNone() ? said : before);
            before = said;
        }
        if (wanted.stream().allMatch(Witnesses::isNone)) {
            return versions;
        }
        var proofs = proofs(file, versions, wanted);
        int count = 0;
        while (count < versions.size()
                && proofs.suffice(wanted.get(count), versions.get(count).number())) {
            count++;
        }
        return List.copyOf(versions.subList(0, count));
    }

    private static WitnessProofs proofs(String file, List<Version> versions, List<Witnesses> wanted) {
        Set<String> ids = wanted.stream().flatMap(one -> one.ids().stream()).collect(Collectors.toSet());
        try {
            return WitnessProofs.read(file, versions, ids);
        } catch (LogRefused _) {
            return new WitnessProofs(Map.of());
        }
    }
}
