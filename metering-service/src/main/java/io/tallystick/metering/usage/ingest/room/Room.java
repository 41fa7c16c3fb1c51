package io.tallystick.metering.usage.ingest.room;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Room for so many bytes. Who finds none waits in turn, or is turned away where too many wait. One tenant may have half of
 * it, so that a tenant whose requests are slow leaves room for the others; it does not hold up those behind it.
 */
final class Room {
    private final long bytes;
    private final int mostWaiting;
    private final Map<String, Long> heldBy = new HashMap<>();
    private final Deque<Stay> waiting = new ArrayDeque<>();
    private long held;

    Room(long bytes, int mostWaiting) {
        this.bytes = bytes;
        this.mostWaiting = mostWaiting;
    }

    /** One request's, from when it asks until it leaves. */
    final class Stay {
        private final String tenant;
        private final long size;
        private final CompletableFuture<Boolean> admitted = new CompletableFuture<>();
        private boolean inside;
        private boolean left;

        private Stay(String tenant, long size) {
            this.tenant = requireNonNull(tenant, "tenant");
            this.size = size;
        }

        /** True when there is room; false for who is turned away, or leaves before. Completes on any thread. */
        CompletableFuture<Boolean> admitted() {
            return admitted;
        }

        /** Gives back what it has, or its place in the queue. Again does nothing. */
        void leave() {
            Room.this.leave(this);
        }
    }

    /** @param size in bytes; more than a tenant may have counts as that much */
    Stay enter(String tenant, long size) {
        var stay = new Stay(tenant, Math.min(size, share()));
        Boolean answer = null;
        synchronized (this) {
            // Who came before and waits for room is not overtaken; who waits for its own tenant is.
            if (fits(stay) && waiting.stream().noneMatch(this::hasShare)) {
                take(stay);
                answer = true;
            } else if (waiting.size() < mostWaiting) {
                waiting.add(stay);
            } else {
                stay.left = true;
                answer = false;
            }
        }
        if (answer != null) {
            stay.admitted.complete(answer);
        }
        return stay;
    }

    private void leave(Stay stay) {
        List<Stay> next;
        synchronized (this) {
            if (stay.left) {
                return;
            }
            stay.left = true;
            if (stay.inside) {
                held -= stay.size;
                heldBy.computeIfPresent(
                        stay.tenant, (_, had) -> had == stay.size ? null : Long.valueOf(had - stay.size));
            } else {
                waiting.remove(stay);
            }
            next = admitted();
        }
        // Outside of the lock: whoever waits goes on within it.
        next.forEach(one -> one.admitted.complete(true));
        stay.admitted.complete(false);
    }

    private List<Stay> admitted() {
        var next = new ArrayList<Stay>();
        for (var all = waiting.iterator(); all.hasNext(); ) {
            var stay = all.next();
            if (fits(stay)) {
                all.remove();
                take(stay);
                next.add(stay);
            } else if (hasShare(stay)) {
                break;
            }
        }
        return next;
    }

    private boolean fits(Stay stay) {
        return held + stay.size <= bytes && hasShare(stay);
    }

    /** Whether its tenant has less than its share. */
    private boolean hasShare(Stay stay) {
        return heldBy.getOrDefault(stay.tenant, 0L) + stay.size <= share();
    }

    private void take(Stay stay) {
        stay.inside = true;
        held += stay.size;
        heldBy.merge(stay.tenant, stay.size, Long::sum);
    }

    private long share() {
        return bytes / 2;
    }

    synchronized long held() {
        return held;
    }

    synchronized int waiting() {
        return waiting.size();
    }
}
