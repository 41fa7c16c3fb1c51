package io.tallystick.identity.did.resolution;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.DidLogSource;
import io.tallystick.identity.did.DidLogSource.Found;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.NotFound;
import io.tallystick.identity.did.Resolution.ResolvedVersion;
import io.tallystick.identity.did.webvh.LogVerifier;
import io.tallystick.identity.did.webvh.VersionQuery.ByNumber;
import io.tallystick.identity.did.webvh.VersionQuery.Newest;
import io.tallystick.identity.did.webvh.WebvhDid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What is believed of logs that a source finds. The logs are didwebvh-ts's, as in ForeignLogTest. */
class LogResolverTest {
    private static final String DID = "did:webvh:QmYenkKz1xeosgJj1BLgvtTVf5YHjnUXCGCjisSu2UvPwR:a.example";

    private static final String CALLER = "192.0.2.1";

    /** A source that knows one DID. */
    private record Shelf(String did, String log, String witnesses) implements DidLogSource {
        @Override
        public CompletionStage<Optional<Found>> find(Did wanted, String caller) {
            return CompletableFuture.completedFuture(
                    wanted.toString().equals(did)
                            ? Optional.of(new Found.Checked(
                                    LogVerifier.verify(WebvhDid.parse(did), log, witnesses, Instant.now())))
                            : Optional.empty());
        }
    }

    private static LogResolver resolver(DidLogSource... sources) {
        return new LogResolver(Arrays.asList(sources));
    }

    private static Shelf shelf(String log, String witnesses) {
        return new Shelf(DID, log, witnesses);
    }

    private static String file(String name) {
        try (var in = LogResolverTest.class.getResourceAsStream("/webvh/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Resolution newest(LogResolver resolver, String did) {
        return resolver.resolve(Did.parse(did), new Newest(), CALLER).await().indefinitely();
    }

    private static Resolution number(LogResolver resolver, String did, int number) {
        return resolver.resolve(Did.parse(did), new ByNumber(number), CALLER)
                .await()
                .indefinitely();
    }

    @Test
    void believesALogWithItsWitnessesAndSaysWhoTheyAre() {
        var resolver = resolver(shelf(file("witnessed.jsonl"), file("witnessed.did-witness.json")));

        assertThat(newest(resolver, DID)).isInstanceOfSatisfying(ResolvedVersion.class, version -> assertThat(
                        version.metadata().text())
                .contains("\"witness\":{\"threshold\":\"2\",\"witnesses\":[{\"id\":\"did:key:z6Mk"));
    }

    @Test
    void refusesALogWithoutTheProofsOfItsWitnesses() {
        assertThat(newest(resolver(shelf(file("witnessed.jsonl"), "")), DID)).isInstanceOf(InvalidDid.class);
    }

    @Test
    void aWitnessOfAVersionThatDoesNotHoldHasSeenNothing() {
        var log = file("witnessed.jsonl").replace("2026-03-01T12:01:00Z", "2026-03-01T12:01:01Z");

        assertThat(number(resolver(shelf(log, file("witnessed.did-witness.json"))), DID, 1))
                .isInstanceOf(InvalidDid.class);
    }

    @Test
    void believesTheVersionsBeforeAWrongOneIfOneOfThemIsAskedFor() {
        var did = "did:webvh:QmQPBuMBTozq2RuKHrZyZzti7EFNJqqiSic5AFUCm6Yz5r:a.example:dids:one";
        var resolver = resolver(new Shelf(did, file("rotated.jsonl").replace("https://é", "https://e"), ""));

        assertThat(newest(resolver, did)).isInstanceOf(InvalidDid.class);
        assertThat(number(resolver, did, 1)).isInstanceOf(ResolvedVersion.class);
        assertThat(number(resolver, did, 2)).isInstanceOf(InvalidDid.class);
    }

    @Test
    void asksOneSourceAfterTheOther() {
        var nowhere = new Shelf("did:webvh:QmRRaLXwc6BjBuBPosSupJwEQ8w9f3znP7yfbpGfwcnLr6:b.example", "", "");
        var resolver = resolver(nowhere, shelf(file("witnessed.jsonl"), file("witnessed.did-witness.json")));

        assertThat(newest(resolver, DID)).isInstanceOf(ResolvedVersion.class);
        assertThat(newest(resolver(nowhere), DID)).isInstanceOf(NotFound.class);
        assertThat(List.of("webvh", "web")).allMatch(resolver::knows);
        assertThat(resolver.knows("key")).isFalse();
    }
}
