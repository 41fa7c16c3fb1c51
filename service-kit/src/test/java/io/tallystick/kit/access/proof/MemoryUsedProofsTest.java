package io.tallystick.kit.access.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.kit.access.proof.UsedProofs.Claim;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MemoryUsedProofsTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    private final MemoryUsedProofs used = new MemoryUsedProofs(Duration.ofSeconds(70), 8);

    @Test
    void replayOfAProof() {
        assertThat(claim("key", "1", NOW)).isEqualTo(Claim.FRESH);
        assertThat(claim("key", "1", NOW)).isEqualTo(Claim.USED);
        assertThat(claim("key", "1", NOW.plusSeconds(70))).isEqualTo(Claim.USED);
        assertThat(claim("key", "2", NOW)).isEqualTo(Claim.FRESH);
        assertThat(claim("other", "1", NOW)).isEqualTo(Claim.FRESH);
    }

    @Test
    void forgetsWhatIsTooOldToBeTakenAgain() {
        claim("key", "1", NOW);
        claim("key", "2", NOW.plusSeconds(71));

        assertThat(used.size()).isEqualTo(1);
        assertThat(claim("key", "1", NOW.plusSeconds(71))).isEqualTo(Claim.FRESH);
    }

    @Test
    void takesNoneWhenItCannotRememberOneMore() {
        for (int i = 0; i < 8; i++) {
            assertThat(claim("key " + i, "1", NOW)).isEqualTo(Claim.FRESH);
        }

        assertThat(claim("one more", "1", NOW)).isEqualTo(Claim.FULL);
        assertThat(claim("one more", "1", NOW.plusSeconds(71))).isEqualTo(Claim.FRESH);
    }

    @Test
    void aSingleKeyDoesNotShutOutTheOthers() {
        assertThat(claim("greedy", "1", NOW)).isEqualTo(Claim.FRESH);
        assertThat(claim("greedy", "2", NOW)).isEqualTo(Claim.FRESH);
        assertThat(claim("greedy", "3", NOW)).isEqualTo(Claim.FULL);
        assertThat(claim("modest", "1", NOW)).isEqualTo(Claim.FRESH);
        assertThat(claim("greedy", "3", NOW.plusSeconds(71))).isEqualTo(Claim.FRESH);
    }

    private Claim claim(String key, String id, Instant now) {
        return used.claim(new Proof(key, id, now.plusSeconds(65), "n", ProvenBody.UNSAID), now)
                .toCompletableFuture()
                .join();
    }
}
