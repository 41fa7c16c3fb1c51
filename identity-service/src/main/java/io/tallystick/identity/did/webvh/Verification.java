package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Json.JsonObject;
import java.time.Instant;
import java.util.List;

/** What became of a log that was read. */
public sealed interface Verification {

    /**
     * A version of a DID, verified.
     *
     * @param number 1 for the first
     * @param versionId the number and the hash that ties this version to all before it
     * @param versionTime when its controller says it was made
     * @param did the DID at this version; only its place may differ from the others'
     * @param parameters what holds from this version on
     */
    record Version(
            int number,
            String versionId,
            Instant versionTime,
            WebvhDid did,
            JsonObject document,
            Parameters parameters) {

        /** Whether the DID is not to be used any more; nothing follows such a version. */
        public boolean deactivated() {
            return parameters.deactivated();
        }
    }

    /** The versions that hold, the first one first. */
    List<Version> versions();

    /** The whole log holds. It has at least one version. */
    record Verified(List<Version> versions) implements Verification {
        public Verified {
            versions = List.copyOf(versions);
            if (versions.isEmpty()) {
                throw new IllegalArgumentException("a log without a version is not verified");
            }
        }

        public Version newest() {
            return versions.getLast();
        }
    }

    /**
     * The log is not to be believed.
     *
     * @param versions those before the wrong one; they hold, if someone asks for one of them by name
     * @param detail what is wrong, for people
     */
    record Refused(List<Version> versions, Reason reason, String detail) implements Verification {
        public Refused {
            versions = List.copyOf(versions);
        }
    }

    /** Why a log is refused. For one entry, the first that applies in this order, but for the last four. */
    enum Reason {
        TOO_LARGE,
        TOO_MANY_ENTRIES,
        EMPTY,
        /** Not JSON, or JSON that two readers may read differently: names twice, fractions, too deep. */
        NOT_STRICT_JSON,
        NOT_A_LOG_ENTRY,
        AFTER_DEACTIVATION,
        WRONG_VERSION_NUMBER,
        WRONG_VERSION_TIME,
        UNKNOWN_METHOD,
        INVALID_PARAMETERS,
        INVALID_WITNESSES,
        /** With pre-rotation each entry names its keys and the next ones' hashes, or there is no pre-rotation. */
        UPDATE_KEYS_OMITTED,
        /** The document's DID is none, or has another SCID than the log. */
        OTHER_SCID,
        NOT_PORTABLE,
        WRONG_SCID,
        WRONG_ENTRY_HASH,
        KEY_NOT_COMMITTED,
        KEY_NOT_AUTHORIZED,
        WRONG_PROOF,
        NOT_WITNESSED,
        /** A right log, but of another DID than was asked for. */
        OTHER_DID
    }
}
