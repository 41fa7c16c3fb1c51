package io.tallystick.identity.workload;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A platform's keys, read again when they are old or one is asked for that is not there. Whoever asks meanwhile waits for
 * the same reading, and strangers' key ids cannot cause more than one in {@link #BETWEEN_READINGS}.
 */
final class KeptKeys {
    /** As old as keys may be without looking again: so soon a key that was taken out is refused. */
    static final Duration FRESH = Duration.ofMinutes(5);

    /** As old as keys may be while their source does not answer. */
    static final Duration USABLE = Duration.ofHours(1);

    static final Duration BETWEEN_READINGS = Duration.ofSeconds(5);

    private record Reading(Map<String, PlatformKey> keys, Instant at) {}

    private final KeySource source;
    private final Function<byte[], Map<String, PlatformKey>> reader;
    private Reading last = new Reading(Map.of(), Instant.EPOCH);
    private Instant triedAt = Instant.EPOCH;
    private Optional<CompletableFuture<Map<String, PlatformKey>>> underWay = Optional.empty();

    KeptKeys(KeySource source, Function<byte[], Map<String, PlatformKey>> reader) {
        this.source = source;
        this.reader = reader;
    }

    /** The key of this id; empty if the platform has none. Fails if its keys cannot be had. */
    CompletionStage<Optional<PlatformKey>> find(String kid, Instant now) {
        return keys(kid, now).thenApply(keys -> Optional.ofNullable(keys.get(kid)));
    }

    private synchronized CompletionStage<Map<String, PlatformKey>> keys(String kid, Instant now) {
        var fresh = last.at.plus(FRESH).isAfter(now);
        if (fresh && last.keys.containsKey(kid)) {
            return CompletableFuture.completedFuture(last.keys);
        }
        if (underWay.isPresent()) {
            return underWay.get();
        }
        if (triedAt.plus(BETWEEN_READINGS).isAfter(now)) {
            return usable(now);
        }
        triedAt = now;
        var reading = new CompletableFuture<Map<String, PlatformKey>>();
        underWay = Optional.of(reading);
        source.read().thenApply(reader).whenComplete((keys, failure) -> finish(reading, keys, failure, now));
        return reading;
    }

    private void finish(
            CompletableFuture<Map<String, PlatformKey>> reading,
            Map<String, PlatformKey> keys,
            Throwable failure,
            Instant now) {
        CompletionStage<Map<String, PlatformKey>> answer;
        synchronized (this) {
            underWay = Optional.empty();
            if (failure == null) {
                last = new Reading(keys, now);
            }
            answer = usable(now);
        }
        answer.whenComplete((known, none) -> {
            if (none == null) {
                reading.complete(known);
            } else {
                reading.completeExceptionally(none);
            }
        });
    }

    private CompletionStage<Map<String, PlatformKey>> usable(Instant now) {
        return last.at.plus(USABLE).isAfter(now)
                ? CompletableFuture.completedFuture(last.keys)
                : CompletableFuture.failedFuture(new KeysSilent());
    }

    /** Time since the keys were read; empty if they never were. */
    synchronized Optional<Duration> age(Instant now) {
        return last.at.equals(Instant.EPOCH) ? Optional.empty() : Optional.of(Duration.between(last.at, now));
    }

    /** A platform's keys cannot be had, so nothing can be said of its tokens. */
    static final class KeysSilent extends RuntimeException {
        private static final long serialVersionUID = 1L;

        KeysSilent() {
            super("the platform's keys cannot be read", null, false, false);
        }
    }
}
