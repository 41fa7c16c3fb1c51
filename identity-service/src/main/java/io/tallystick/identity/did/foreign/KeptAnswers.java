package io.tallystick.identity.did.foreign;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;

/** What was found of foreign DIDs, until it is too old or needs too much room. Not for two threads at once. */
public final class KeptAnswers<T> {
    /** What an entry needs beside the text it was read from, so that their number has a bound too. */
    static final int ENTRY_BYTES = 1024;

    private final long mostBytes;
    private final LinkedHashMap<String, Kept<T>> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    private record Kept<T>(T found, long bytes, Instant until) {}

    public KeptAnswers(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    public Optional<T> get(String did, Instant now) {
        var found = kept.get(did);
        if (found != null && !now.isBefore(found.until())) {
            remove(did);
            return Optional.empty();
        }
        return Optional.ofNullable(found).map(Kept::found);
    }

    /**
     * Keeps what was found; what was longest not asked for makes room.
     *
     * @param textLength of what it was read from
     */
    public void put(String did, T found, int textLength, Instant until) {
        remove(did);
        var one = new Kept<T>(found, (long) ENTRY_BYTES + textLength, until);
        if (one.bytes > mostBytes) {
            return;
        }
        kept.put(did, one);
        bytes += one.bytes;
        while (bytes > mostBytes) {
            remove(kept.firstEntry().getKey());
        }
    }

    private void remove(String did) {
        var gone = kept.remove(did);
        if (gone != null) {
            bytes -= gone.bytes;
        }
    }

    int size() {
        return kept.size();
    }
}
