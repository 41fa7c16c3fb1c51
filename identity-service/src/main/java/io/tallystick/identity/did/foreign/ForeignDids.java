package io.tallystick.identity.did.foreign;

import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.DidLogSource.Found;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.NotFound;
import io.tallystick.identity.did.Resolution.NotResolved;
import io.tallystick.identity.did.Resolution.TooManyRequests;
import io.tallystick.identity.did.foreign.Fetcher.DidFile;
import io.tallystick.identity.did.foreign.Fetcher.Fetched;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.JsonReader;
import io.tallystick.identity.did.webvh.LogVerifier;
import io.tallystick.identity.did.webvh.Verification;
import io.tallystick.identity.did.webvh.Verification.Reason;
import io.tallystick.identity.did.webvh.Verification.Refused;
import io.tallystick.identity.did.webvh.Verification.Verified;
import io.tallystick.identity.did.webvh.WebvhDid;
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
 * Finds foreign DIDs: what was kept, else what is fetched, read and verified, once for all who wait for it.
 *
 * <p>Both methods' files are the same to everyone, so callers may share what one of them asked for.
 */
final class ForeignDids {
    private static final TooManyRequests TOO_MANY =
            new TooManyRequests("Too many foreign DIDs are asked for; try again in a minute.", 60);

    private final Fetcher fetcher;
    private final FetchBudget budget;
    private final KeptAnswers<Found> kept;
    private final SeenVersions seen;
    private final Ages ages;
    private final Executor readers;
    private final InstantSource clock;
    private final Consumer<Way> told;
    private final Map<String, CompletableFuture<Found>> underWay = new HashMap<>();

    /** How long what was found is kept at most: what holds, and what does not. */
    record Ages(Duration good, Duration bad) {
        private static final Duration LONGEST = Duration.ofHours(24);

        Ages {
            if (good.isNegative() || bad.isNegative() || good.compareTo(LONGEST) > 0 || bad.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("what was found is kept for at most 24 h");
            }
        }
    }

    /** How a caller's wish was met. */
    enum Way {
        KEPT,
        JOINED,
        FETCHED,
        LIMITED
    }

    /**
     * @param textLength of what it was read from
     * @param age for how long it may be kept
     */
    private record Answer(Found found, int textLength, Duration age) {}

    /**
     * @param readers read and verify what was fetched, which takes time
     * @param told of each wish
     */
    ForeignDids(
            Fetcher fetcher,
            FetchBudget budget,
            KeptAnswers<Found> kept,
            SeenVersions seen,
            Ages ages,
            Executor readers,
            InstantSource clock,
            Consumer<Way> told) {
        this.fetcher = fetcher;
        this.budget = budget;
        this.kept = kept;
        this.seen = seen;
        this.ages = ages;
        this.readers = readers;
        this.clock = clock;
        this.told = told;
    }

    /** @param caller who is held to its part of the fetches */
    CompletionStage<Found> find(Did did, String caller) {
        Place place;
        try {
            place = Place.of(did);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(new Found.Answer(new InvalidDid(e.getMessage())));
        }
        var wish = wish(did.toString(), caller, clock.instant());
        told.accept(wish.way);
        if (wish.way == Way.FETCHED) {
            answer(did, place).whenComplete((answer, failure) -> end(did.toString(), answer, failure));
        }
        return wish.found;
    }

    private record Wish(Way way, CompletableFuture<Found> found) {}

    private synchronized Wish wish(String did, String caller, Instant now) {
        var known = kept.get(did, now);
        if (known.isPresent()) {
            return new Wish(Way.KEPT, CompletableFuture.completedFuture(known.get()));
        }
        var joined = underWay.get(did);
        if (joined != null) {
            return new Wish(Way.JOINED, joined);
        }
        if (!budget.allows(caller, now)) {
            return new Wish(Way.LIMITED, CompletableFuture.completedFuture(new Found.Answer(TOO_MANY)));
        }
        var fetched = new CompletableFuture<Found>();
        underWay.put(did, fetched);
        return new Wish(Way.FETCHED, fetched);
    }

    private void end(String did, Answer answer, Throwable failure) {
        CompletableFuture<Found> waiting;
        synchronized (this) {
            waiting = underWay.remove(did);
            if (failure == null && answer.age.isPositive()) {
                kept.put(did, answer.found, answer.textLength, clock.instant().plus(answer.age));
            }
        }
        if (failure == null) {
            waiting.complete(answer.found);
        } else if (cause(failure) instanceof RejectedExecutionException) {
            waiting.complete(new Found.Answer(TOO_MANY));
        } else {
            waiting.completeExceptionally(cause(failure));
        }
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private CompletionStage<Answer> answer(Did did, Place place) {
        return did.method().equals("web")
                ? fetcher.fetch(place, DidFile.DOCUMENT).thenApplyAsync(fetched -> document(did, fetched), readers)
                : fetcher.fetch(place, DidFile.LOG).thenComposeAsync(fetched -> log(did, place, fetched), readers);
    }

    private Answer document(Did did, Fetched fetched) {
        if (!(fetched instanceof Fetched.Found(var text))) {
            return missed(DidFile.DOCUMENT, fetched);
        }
        try {
            return JsonReader.read(text) instanceof JsonObject document
                            && document.textOf("id")
                                    .filter(did.toString()::equals)
                                    .isPresent()
                    ? new Answer(new Found.Document(document), text.length(), ages.good)
                    : invalid("did.json is not the document of this DID");
        } catch (IllegalArgumentException e) {
            return invalid("did.json: " + e.getMessage());
        }
    }

    private CompletionStage<Answer> log(Did did, Place place, Fetched fetched) {
        if (!(fetched instanceof Fetched.Found(var text))) {
            return CompletableFuture.completedFuture(missed(DidFile.LOG, fetched));
        }
        var webvh = WebvhDid.parse(did.toString());
        var verification = LogVerifier.verify(webvh, text, "", clock.instant());
        // Most logs have no witnesses, and nobody needs to be asked for their file.
        return verification instanceof Refused(var _, var reason, var _) && reason == Reason.NOT_WITNESSED
                ? fetcher.fetch(place, DidFile.WITNESSES)
                        .thenApplyAsync(witnesses -> witnessed(webvh, text, verification, witnesses), readers)
                : CompletableFuture.completedFuture(verified(webvh, text, verification));
    }

    private Answer witnessed(WebvhDid did, String text, Verification unwitnessed, Fetched witnesses) {
        return switch (witnesses) {
            case Fetched.Found(var file) -> verified(did, text, LogVerifier.verify(did, text, file, clock.instant()));
            case Fetched.Missing _ -> verified(did, text, unwitnessed);
            default -> missed(DidFile.WITNESSES, witnesses);
        };
    }

    private Answer verified(WebvhDid did, String text, Verification verification) {
        if (!seen.goesOn(did.scid(), verification)) {
            return invalid("the log is shorter than, or another than, one of this DID that was seen before");
        }
        var age = verification instanceof Verified log ? age(log) : ages.bad;
        return new Answer(new Found.Checked(verification), text.length(), age);
    }

    private Duration age(Verified log) {
        var wished = Duration.ofSeconds(log.newest().parameters().ttlSeconds());
        return wished.compareTo(ages.good) < 0 ? wished : ages.good;
    }

    private Answer missed(DidFile file, Fetched fetched) {
        return switch (fetched) {
            case Fetched.Missing(var detail) -> bad(new Found.Answer(new NotFound(file.fileName() + ": " + detail)));
            case Fetched.Unreachable(var detail) ->
                bad(new Found.Answer(new NotResolved(file.fileName() + ": " + detail, 0)));
            case Fetched.Refused(var detail) -> invalid(file.fileName() + ": " + detail);
            case Fetched.Overloaded() -> new Answer(new Found.Answer(TOO_MANY), 0, Duration.ZERO);
            case Fetched.Found _ -> throw new IllegalStateException("was found");
        };
    }

    private Answer invalid(String detail) {
        return bad(new Found.Answer(new InvalidDid(detail)));
    }

    private Answer bad(Found found) {
        return new Answer(found, 0, ages.bad);
    }
}
