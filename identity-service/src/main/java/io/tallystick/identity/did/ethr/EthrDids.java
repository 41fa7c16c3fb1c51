package io.tallystick.identity.did.ethr;

import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.InvalidOptions;
import io.tallystick.identity.did.Resolution.NotFound;
import io.tallystick.identity.did.Resolution.TooManyRequests;
import io.tallystick.identity.did.foreign.FetchBudget;
import io.tallystick.identity.did.foreign.KeptAnswers;
import io.tallystick.identity.did.webvh.VersionQuery;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Resolves did:ethr: from what was kept of the account, else from what is read, once for all who wait for it. What is kept
 * are the changes; what of them is valid is decided for each who asks.
 */
final class EthrDids {
    private static final TooManyRequests TOO_MANY =
            new TooManyRequests("Too many did:ethr are asked for; try again in a minute.", 60);
    private static final TooManyRequests BUSY =
            new TooManyRequests("Too many did:ethr are being read; try again in a second.", 1);

    private final Networks networks;
    private final Node node;
    private final FetchBudget budget;
    private final KeptAnswers<Read> kept;
    private final Bounds bounds;
    private final Executor readers;
    private final InstantSource clock;
    private final Consumer<Way> told;
    private final Map<String, CompletableFuture<Read>> underWay = new HashMap<>();

    /**
     * What reading may take.
     *
     * @param timeout for all of one reading
     * @param changes blocks of one reading
     * @param atOnce readings
     * @param good how long what was read is kept
     * @param bad how long it is kept that it could not be
     */
    record Bounds(Duration timeout, int changes, int atOnce, Duration good, Duration bad) {
        private static final Duration SHORTEST = Duration.ofMillis(100);
        private static final Duration LONGEST = Duration.ofSeconds(30);
        private static final Duration OLDEST = Duration.ofHours(24);

        Bounds {
            if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("tallystick.identity.ethr.timeout must be 100 ms to 30 s");
            }
            if (good.isNegative() || bad.isNegative() || good.compareTo(OLDEST) > 0 || bad.compareTo(OLDEST) > 0) {
                throw new IllegalArgumentException(
                        "tallystick.identity.ethr.max-age and .negative-max-age end at 24 h");
            }
        }
    }

    /** How a wish was met. */
    enum Way {
        KEPT,
        JOINED,
        READ,
        FAILED,
        LIMITED
    }

    /** What is known of an account at a version. */
    sealed interface Read {
        record Known(Snapshot snapshot) implements Read {}

        record Failed(Resolution resolution) implements Read {}
    }

    private record Wish(boolean isOurs, CompletableFuture<Read> read) {}

    EthrDids(
            Networks networks,
            Node node,
            FetchBudget budget,
            KeptAnswers<Read> kept,
            Bounds bounds,
            Executor readers,
            InstantSource clock,
            Consumer<Way> told) {
        this.networks = networks;
        this.node = node;
        this.budget = budget;
        this.kept = kept;
        this.bounds = bounds;
        this.readers = readers;
        this.clock = clock;
        this.told = told;
    }

    /** @param caller who is held to its part of the readings */
    CompletionStage<Resolution> resolve(Did text, VersionQuery wanted, String caller) {
        EthrDid did;
        try {
            did = EthrDid.of(text);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(new InvalidDid(e.getMessage()));
        }
        try {
            requireKnown(wanted);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(new InvalidOptions(e.getMessage()));
        }
        var network = networks.find(did.network());
        return network.isEmpty()
                ? CompletableFuture.completedFuture(
                        new NotFound("This installation asks no node of the network " + did.network() + "."))
                : resolve(did, network.get(), wanted, caller);
    }

    private static void requireKnown(VersionQuery wanted) {
        switch (wanted) {
            case VersionQuery.ById(var id) -> Reading.block(id);
            case VersionQuery.ByNumber _ ->
                throw new IllegalArgumentException("a did:ethr has no versionNumber; ask by versionId or versionTime");
            case VersionQuery.Newest _, VersionQuery.ByTime _ -> {}
        }
    }

    private CompletionStage<Resolution> resolve(EthrDid did, Network network, VersionQuery wanted, String caller) {
        var key = network.chainId() + " " + did.account().digits() + " " + wanted;
        var wish = wish(key, caller, clock.instant());
        if (wish.isOurs) {
            var reading = new Reading(node, network, did.account(), readers, clock, bounds.timeout, bounds.changes);
            reading.read(wanted)
                    .<Read>thenApply(Read.Known::new)
                    .whenComplete((read, failure) -> end(key, reading.characters(), read, failure));
        }
        return wish.read.thenApply(read -> switch (read) {
            case Read.Known(var snapshot) -> snapshot.of(did, clock.instant());
            case Read.Failed(var resolution) -> resolution;
        });
    }

    private synchronized Wish wish(String key, String caller, Instant now) {
        var known = kept.get(key, now);
        if (known.isPresent()) {
            return met(Way.KEPT, CompletableFuture.completedFuture(known.get()));
        }
        var joined = underWay.get(key);
        if (joined != null) {
            return met(Way.JOINED, joined);
        }
        if (underWay.size() >= bounds.atOnce) {
            return met(Way.LIMITED, CompletableFuture.completedFuture(new Read.Failed(BUSY)));
        }
        if (!budget.allows(caller, now)) {
            return met(Way.LIMITED, CompletableFuture.completedFuture(new Read.Failed(TOO_MANY)));
        }
        var read = new CompletableFuture<Read>();
        underWay.put(key, read);
        return new Wish(true, read);
    }

    private Wish met(Way way, CompletableFuture<Read> read) {
        told.accept(way);
        return new Wish(false, read);
    }

    private void end(String key, int characters, Read read, Throwable failure) {
        told.accept(failure == null ? Way.READ : Way.FAILED);
        var outcome = cause(failure) instanceof ReadFailed failed ? new Read.Failed(failed.resolution()) : read;
        CompletableFuture<Read> waiting;
        synchronized (this) {
            waiting = underWay.remove(key);
            var age = failure == null ? bounds.good : bounds.bad;
            if (outcome != null && age.isPositive()) {
                kept.put(key, outcome, characters, clock.instant().plus(age));
            }
        }
        if (outcome != null) {
            waiting.complete(outcome);
        } else if (cause(failure) instanceof RejectedExecutionException) {
            waiting.complete(new Read.Failed(BUSY));
        } else {
            waiting.completeExceptionally(cause(failure));
        }
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
