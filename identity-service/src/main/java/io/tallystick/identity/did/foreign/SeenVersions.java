package io.tallystick.identity.did.foreign;

import io.tallystick.identity.did.webvh.Verification;
import io.tallystick.identity.did.webvh.Verification.Verified;
import io.tallystick.identity.did.webvh.Verification.Version;
import java.util.LinkedHashMap;

/**
 * The newest version seen of each log, so that nobody takes a key's revocation back by serving the log of before it, or
 * another branch. In memory, for as many logs as fit; the one longest not looked at is forgotten first.
 */
final class SeenVersions {
    private final int most;
    private final LinkedHashMap<String, Seen> newest = new LinkedHashMap<>(16, 0.75f, true);

    private record Seen(int number, String versionId) {
        static Seen of(Version version) {
            return new Seen(version.number(), version.versionId());
        }

        /** A version's id depends on all before it, so one that is the same says that all before it are. */
        boolean isIn(Verification log) {
            return log.versions().size() >= number
                    && log.versions().get(number - 1).versionId().equals(versionId);
        }
    }

    SeenVersions(int most) {
        this.most = most;
    }

    /** @return whether the log goes on from what was seen of it; if all of it holds, its newest version was seen now */
    synchronized boolean goesOn(String scid, Verification log) {
        var seen = newest.get(scid);
        if (seen != null && !seen.isIn(log)) {
            return false;
        }
        if (log instanceof Verified verified) {
            newest.put(scid, Seen.of(verified.newest()));
            if (newest.size() > most) {
                newest.remove(newest.firstEntry().getKey());
            }
        }
        return true;
    }
}
