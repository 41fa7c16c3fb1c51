package io.tallystick.identity.did.issued;

import io.tallystick.identity.did.webvh.Verification.Verified;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * Logs that were verified, by the DID's SCID. Who asks says which version is the newest, so an older one is never
 * answered. Bounded by the length of the texts; what was longest not asked for makes room.
 */
final class VerifiedLogs {
    /** What a log needs beside its text, so that their number has a bound too. */
    static final int ENTRY_BYTES = 1024;

    private final long mostBytes;
    private final LinkedHashMap<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    private record Kept(Verified log, long bytes) {}

    VerifiedLogs(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** @param versionId of the version that is the newest now */
    synchronized Optional<Verified> get(String scid, String versionId) {
        return Optional.ofNullable(kept.get(scid))
                .map(Kept::log)
                .filter(log -> log.newest().versionId().equals(versionId));
    }

    /** @param textLength of what it was read from */
    synchronized void put(Verified log, long textLength) {
        var scid = log.newest().did().scid();
        var one = new Kept(log, ENTRY_BYTES + textLength);
        var known = kept.get(scid);
        // Two who read at the same time may come in another order than they read.
        if (known != null && known.log.newest().number() > log.newest().number()) {
            return;
        }
        remove(scid);
        if (one.bytes > mostBytes) {
            return;
        }
        kept.put(scid, one);
        bytes += one.bytes;
        while (bytes > mostBytes) {
            remove(kept.firstEntry().getKey());
        }
    }

    private void remove(String scid) {
        var gone = kept.remove(scid);
        if (gone != null) {
            bytes -= gone.bytes;
        }
    }

    synchronized int size() {
        return kept.size();
    }
}
