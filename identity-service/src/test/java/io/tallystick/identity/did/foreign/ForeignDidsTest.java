package io.tallystick.identity.did.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.DidLogSource.Found;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.NotFound;
import io.tallystick.identity.did.Resolution.NotResolved;
import io.tallystick.identity.did.Resolution.TooManyRequests;
import io.tallystick.identity.did.foreign.Fetcher.DidFile;
import io.tallystick.identity.did.foreign.Fetcher.Fetched;
import io.tallystick.identity.did.foreign.ForeignDids.Ages;
import io.tallystick.identity.did.foreign.ForeignDids.Way;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Verification.Reason;
import io.tallystick.identity.did.webvh.Verification.Refused;
import io.tallystick.identity.did.webvh.Verification.Verified;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept, what is shared, what is refused. Where the files come from is HttpsFetcherTest's. */
class ForeignDidsTest {
    private static final Did WEB = Did.parse("did:web:a.example");
    private static final Did ROTATED =
            Did.parse("did:webvh:QmQPBuMBTozq2RuKHrZyZzti7EFNJqqiSic5AFUCm6Yz5r:a.example:dids:one");
    private static final Did WITNESSED =
            Did.parse("did:webvh:QmYenkKz1xeosgJj1BLgvtTVf5YHjnUXCGCjisSu2UvPwR:a.example");
    private static final Duration GOOD = Duration.ofMinutes(5);
    private static final Duration BAD = Duration.ofSeconds(30);

    private final Map<DidFile, Fetched> files = new EnumMap<>(DidFile.class);
    private final List<DidFile> fetched = new ArrayList<>();
    private final List<Way> ways = new ArrayList<>();
    private Instant now = Instant.parse("2027-01-01T00:00:00Z");

    private ForeignDids dids = dids(this::fetch, Runnable::run, 1000);

    private ForeignDids dids(Fetcher fetcher, Executor readers, int perCaller) {
        return new ForeignDids(
                fetcher,
                new FetchBudget(1000, perCaller),
                new KeptAnswers<>(1 << 22),
                new SeenVersions(2),
                new Ages(GOOD, BAD),
                readers,
                () -> now,
                ways::add);
    }

    private CompletableFuture<Fetched> fetch(Place place, DidFile file) {
        fetched.add(file);
        return CompletableFuture.completedFuture(files.getOrDefault(file, new Fetched.Missing("there is none")));
    }

    private Found find(Did did) {
        return dids.find(did, "192.0.2.1").toCompletableFuture().join();
    }

    private Resolution answer(Did did) {
        return ((Found.Answer) find(did)).resolution();
    }

    private int versions(Did did) {
        return ((Verified) ((Found.Checked) find(did)).log()).versions().size();
    }

    private void serve(DidFile file, String text) {
        files.put(file, new Fetched.Found(text));
    }

    private void later(Duration time) {
        now = now.plus(time);
    }

    private static String text(String name) {
        try (var in = ForeignDidsTest.class.getResourceAsStream("/webvh/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The log as it was when it had so many versions. */
    private static String rotated(int versions) {
        return text("rotated.jsonl").lines().limit(versions).collect(Collectors.joining("\n", "", "\n"));
    }

    @Nested
    class GivenADidWeb {
        @Test
        void isItsDocument() {
            serve(DidFile.DOCUMENT, "{\"id\":\"did:web:a.example\"}");

            assertThat(find(WEB)).isInstanceOfSatisfying(Found.Document.class, found -> assertThat(found.document())
                    .extracting(JsonObject::text)
                    .isEqualTo("{\"id\":\"did:web:a.example\"}"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"id\":\"did:web:b.example\"}",
                    "{\"id\":\"did:web:a.example#key\"}",
                    "{\"id\":\"did:web:A.example\"}",
                    "{\"id\":\"did:web:b.example\",\"id\":\"did:web:a.example\"}",
                    "{\"id\":\"did:web:a.example\",\"\\u0069d\":\"did:web:a.example\"}",
                    "{\"id\":[\"did:web:a.example\"]}",
                    "[{\"id\":\"did:web:a.example\"}]",
                    "{\"id\":\"did:web:a.example\"}{}",
                    "{\"id\":\"did:web:a.example\",\"n\":1.5}",
                    "{}",
                    "null",
                    ""
                })
        void isNoneByAnotherDocument(String document) {
            serve(DidFile.DOCUMENT, document);

            assertThat(answer(WEB)).isInstanceOf(InvalidDid.class);
        }

        @Test
        void isNoneByADocumentOfAThousandBrackets() {
            serve(DidFile.DOCUMENT, "{\"id\":\"did:web:a.example\",\"a\":" + "[".repeat(100_000));

            assertThat(answer(WEB)).isInstanceOf(InvalidDid.class);
        }
    }

    @Nested
    class GivenADidWebvh {
        @Test
        void isItsVerifiedLogAndNobodyIsAskedForWitnessesThatItHasNot() {
            serve(DidFile.LOG, rotated(3));

            assertThat(versions(ROTATED)).isEqualTo(3);
            assertThat(fetched).containsExactly(DidFile.LOG);
        }

        @Test
        void isNotBelievedWithoutItsWitnesses() {
            serve(DidFile.LOG, text("witnessed.jsonl"));

            assertThat(find(WITNESSED)).isInstanceOfSatisfying(Found.Checked.class, found -> assertThat(found.log())
                    .isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Reason.NOT_WITNESSED)));
            later(BAD);
            serve(DidFile.WITNESSES, text("witnessed.did-witness.json"));
            assertThat(versions(WITNESSED)).isEqualTo(2);
        }

        @Test
        void isNoneByAnOversizedWitnessFile() {
            serve(DidFile.LOG, text("witnessed.jsonl"));
            files.put(DidFile.WITNESSES, new Fetched.Refused("too large"));

            assertThat(answer(WITNESSED)).isEqualTo(new InvalidDid("did-witness.json: too large"));
        }

        @Test
        void isNotFoundOutWhenItsWitnessFileIsAway() {
            serve(DidFile.LOG, text("witnessed.jsonl"));
            files.put(DidFile.WITNESSES, new Fetched.Unreachable("away"));

            assertThat(answer(WITNESSED)).isInstanceOf(NotResolved.class);
        }
    }

    /** Tricks in the DID's text are PlaceTest's; here nothing is fetched for them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "did:web:a.example:..:x",
                "did:web:localhost",
                "did:web:127.0.0.1",
                "did:web:a.example.",
                "did:web:a.example%3A443%3A80",
                "did:web:A.example"
            })
    void fetchesNothingForATrick(String did) {
        assertThat(answer(Did.parse(did))).isInstanceOf(InvalidDid.class);
        assertThat(fetched).isEmpty();
    }

    @Nested
    class GivenThatItWasFound {
        @Test
        void isKeptAsLongAsItMayBe() {
            serve(DidFile.LOG, rotated(3));
            find(ROTATED);
            later(GOOD.minusSeconds(1));
            find(ROTATED);
            assertThat(fetched).hasSize(1);

            later(Duration.ofSeconds(1));
            find(ROTATED);

            assertThat(fetched).hasSize(2);
            assertThat(ways).containsExactly(Way.FETCHED, Way.KEPT, Way.FETCHED);
        }

        @Test
        void aRollbackToAnOlderLogIsRefusedUntilTheLogIsBack() {
            serve(DidFile.LOG, rotated(3));
            find(ROTATED);
            later(GOOD);
            serve(DidFile.LOG, rotated(2));

            assertThat(answer(ROTATED)).isInstanceOf(InvalidDid.class);
            later(BAD);
            serve(DidFile.LOG, rotated(3));
            assertThat(versions(ROTATED)).isEqualTo(3);
        }

        /** A version that was broken on purpose, so that those before it are looked at one by one. */
        @Test
        void aRollbackBehindABrokenEntryIsRefused() {
            serve(DidFile.LOG, rotated(3));
            find(ROTATED);
            later(GOOD);
            serve(DidFile.LOG, rotated(2) + "{}\n");

            assertThat(answer(ROTATED)).isInstanceOf(InvalidDid.class);
        }

        @Test
        void growsWithoutBeingRefused() {
            serve(DidFile.LOG, rotated(1));
            assertThat(versions(ROTATED)).isEqualTo(1);
            later(GOOD);
            serve(DidFile.LOG, rotated(3));

            assertThat(versions(ROTATED)).isEqualTo(3);
        }

        @Test
        void aSecondBranchOfTheLogIsRefused() {
            var branches = new TestBranches();
            serve(DidFile.LOG, branches.log(1));
            assertThat(versions(branches.did())).isEqualTo(2);
            // The log says so itself: "ttl": 60.
            later(Duration.ofSeconds(60));
            serve(DidFile.LOG, branches.log(2));

            assertThat(answer(branches.did())).isInstanceOf(InvalidDid.class);
            assertThat(ways).containsExactly(Way.FETCHED, Way.FETCHED);
        }
    }

    @Nested
    class GivenThatItWasNotFound {
        @Test
        void isKeptForAShortWhile() {
            assertThat(answer(WEB)).isInstanceOf(NotFound.class);
            serve(DidFile.DOCUMENT, "{\"id\":\"did:web:a.example\"}");
            assertThat(answer(WEB)).isInstanceOf(NotFound.class);
            assertThat(fetched).hasSize(1);

            later(BAD);

            assertThat(find(WEB)).isInstanceOf(Found.Document.class);
        }

        @Test
        void isNotKeptIfThereWasNoTurnForIt() {
            files.put(DidFile.DOCUMENT, new Fetched.Overloaded());
            assertThat(answer(WEB)).isInstanceOf(TooManyRequests.class);
            serve(DidFile.DOCUMENT, "{\"id\":\"did:web:a.example\"}");

            assertThat(find(WEB)).isInstanceOf(Found.Document.class);
        }
    }

    @Test
    void manyWhoAskAtOnceShareOneFetch() {
        var slow = new CompletableFuture<Fetched>();
        dids = dids(
                (_, file) -> {
                    fetched.add(file);
                    return slow;
                },
                Runnable::run,
                1);

        var first = dids.find(WEB, "192.0.2.1").toCompletableFuture();
        var second = dids.find(WEB, "192.0.2.1").toCompletableFuture();
        assertThat(fetched).hasSize(1);
        assertThat(ways).containsExactly(Way.FETCHED, Way.JOINED);
        slow.complete(new Fetched.Found("{\"id\":\"did:web:a.example\"}"));

        assertThat(first.join()).isInstanceOf(Found.Document.class).isEqualTo(second.join());
    }

    @Test
    void aFloodByOneCallerLeavesTheOthersTheirFetches() {
        dids = dids(this::fetch, Runnable::run, 2);
        for (int i = 0; i < 10; i++) {
            find(Did.parse("did:web:a" + i + ".example"));
        }
        assertThat(fetched).hasSize(2);
        assertThat(answer(Did.parse("did:web:a9.example"))).isInstanceOf(TooManyRequests.class);
        assertThat(answer(Did.parse("did:web:a0.example"))).isInstanceOf(NotFound.class);

        dids.find(WEB, "192.0.2.2").toCompletableFuture().join();
        assertThat(fetched).hasSize(3);

        later(Duration.ofMinutes(1));
        assertThat(answer(Did.parse("did:web:a9.example"))).isInstanceOf(NotFound.class);
    }

    @Test
    void aFloodByManyCallersHasABound() {
        var budget = new FetchBudget(100, 10);

        long allowed = IntStream.range(0, 1000)
                .filter(i -> budget.allows("192.0.2." + i, now))
                .count();

        assertThat(allowed).isEqualTo(100);
    }

    @Test
    void aFloodOfLogsToVerifyHasABound() {
        dids = dids(
                this::fetch,
                _ -> {
                    throw new RejectedExecutionException();
                },
                10);

        assertThat(answer(WEB)).isInstanceOf(TooManyRequests.class);
        assertThat(answer(WEB)).isInstanceOf(TooManyRequests.class);
        assertThat(ways).containsExactly(Way.FETCHED, Way.FETCHED);
    }

    @Test
    void whatIsKeptHasABound() {
        var kept = new KeptAnswers<Found>(3 * KeptAnswers.ENTRY_BYTES);
        var found = new Found.Answer(new NotFound("none"));
        var later = now.plusSeconds(1);
        for (var did : List.of("a", "b", "c")) {
            kept.put(did, found, 0, later);
        }
        kept.get("a", now);

        kept.put("d", found, 1, later);
        kept.put("large", found, 3 * KeptAnswers.ENTRY_BYTES, later);

        assertThat(kept.size()).isEqualTo(2);
        assertThat(kept.get("a", now)).isPresent();
        assertThat(kept.get("d", now)).isPresent();
        assertThat(kept.get("a", later)).isEmpty();
        assertThat(kept.size()).isOne();
    }
}
