package io.tallystick.identity.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** When a platform's keys are read, and how long they are believed. */
class KeptKeysTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final PlatformKey KEY =
            new PlatformKey(PlatformMaker.ec("a").pair().getPublic(), Set.of("ES256"));

    private final Map<String, PlatformKey> there = new HashMap<>(Map.of("a", KEY));
    private int readings;
    private Optional<CompletableFuture<byte[]>> slow = Optional.empty();
    private boolean away;
    private final KeptKeys kept = new KeptKeys(this::source, _ -> Map.copyOf(there));

    @Test
    void keysAreReadOnceAndKeptForAWhile() {
        assertThat(find("a", NOW)).contains(KEY);
        assertThat(find("a", NOW.plus(KeptKeys.FRESH).minusSeconds(1))).contains(KEY);
        assertThat(readings).isEqualTo(1);

        assertThat(find("a", NOW.plus(KeptKeys.FRESH))).contains(KEY);
        assertThat(readings).isEqualTo(2);
    }

    @Test
    void aKeyThatWasTakenOutIsRefusedAfterThat() {
        find("a", NOW);
        there.clear();

        assertThat(find("a", NOW.plus(KeptKeys.FRESH))).isEmpty();
    }

    @Test
    void aNewKeyIsLookedForAtOnce() {
        find("a", NOW);
        there.put("b", KEY);

        assertThat(find("b", NOW.plus(KeptKeys.BETWEEN_READINGS))).contains(KEY);
    }

    @Test
    void strangersKeyIdsDoNotFloodThePlatform() {
        find("a", NOW);

        for (int i = 0; i < 1000; i++) {
            assertThat(find("x" + i, NOW.plusMillis(i))).isEmpty();
        }
        assertThat(readings).isEqualTo(1);
    }

    @Test
    void whoAsksAtOnceWaitsForOneReading() {
        slow = Optional.of(new CompletableFuture<>());
        var first = kept.find("a", NOW).toCompletableFuture();
        var second = kept.find("a", NOW).toCompletableFuture();
        assertThat(first).isNotDone();

        slow.get().complete(new byte[0]);

        assertThat(first.join()).contains(KEY);
        assertThat(second.join()).contains(KEY);
        assertThat(readings).isEqualTo(1);
    }

    @Test
    void aPlatformThatDoesNotAnswerIsBelievedForAnHour() {
        find("a", NOW);
        away = true;
        var later = NOW.plus(KeptKeys.USABLE);

        assertThat(find("a", later.minusSeconds(1))).contains(KEY);
        assertThatThrownBy(() -> find("a", later.plus(Duration.ofSeconds(10))))
                .hasCauseInstanceOf(KeptKeys.KeysSilent.class);

        away = false;
        assertThat(find("a", later.plus(Duration.ofSeconds(20)))).contains(KEY);
    }

    private Optional<PlatformKey> find(String kid, Instant now) {
        return kept.find(kid, now).toCompletableFuture().join();
    }

    private CompletionStage<byte[]> source() {
        readings++;
        if (away) {
            return CompletableFuture.failedFuture(new IllegalStateException("away"));
        }
        return slow.orElseGet(() -> CompletableFuture.completedFuture(new byte[0]));
    }
}
