package io.tallystick.identity.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.events.KeyChanged.State;
import io.tallystick.kit.access.Ed25519Key;
import io.tallystick.kit.access.Ed25519Signer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class KeyRingTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Duration OVERLAP = Duration.ofSeconds(310);

    private final SigningKey old = key(NOW.minusSeconds(3600));
    private final SigningKey next = key(NOW.plusSeconds(30));

    @Test
    void hasNoSignerBeforeItsFirstKey() {
        assertThat(new KeyRing(List.of()).signer(NOW)).isEmpty();
    }

    @Nested
    class GivenANewKeyIsAnnounced {
        final KeyRing ring = new KeyRing(List.of(old, next));

        @Test
        void acceptsBothAndSignsWithTheOldUntilItsTime() {
            assertThat(ring.accepted()).containsExactly(next, old);
            assertThat(ring.signer(NOW)).contains(old);
            assertThat(ring.signer(NOW.plusSeconds(30))).contains(next);
            assertThat(ring.due(NOW, OVERLAP)).isEmpty();
        }

        @Test
        void mayNotRotateAgainBeforeItSigns() {
            assertThat(ring.mayRotate(NOW)).isFalse();
            assertThat(ring.mayRotate(NOW.plusSeconds(30))).isTrue();
        }

        @Test
        void retiresTheOldKeyOnceTheNewOneSigns() {
            var then = NOW.plusSeconds(30);

            assertThat(ring.due(then, OVERLAP)).containsExactly(old.retiring(then, OVERLAP));
        }
    }

    @Nested
    class GivenARetiringKey {
        final KeyRing ring = new KeyRing(List.of(old.retiring(NOW, OVERLAP), key(NOW)));

        @Test
        void isAcceptedUntilAllItSignedHasExpired() {
            assertThat(ring.accepted()).hasSize(2);
            assertThat(ring.due(NOW.plusSeconds(309), OVERLAP)).isEmpty();
            assertThat(ring.due(NOW.plusSeconds(310), OVERLAP)).singleElement().satisfies(key -> assertThat(key.state())
                    .isEqualTo(State.REVOKED));
        }

        @Test
        void neverSigns() {
            assertThat(ring.signer(NOW).orElseThrow().kid()).isNotEqualTo(old.kid());
        }
    }

    @Test
    void revokesAllWhenAKeyIsCompromised() {
        assertThat(new KeyRing(List.of(old, next)).allRevoked(NOW)).hasSize(2).allSatisfy(key -> assertThat(key.state())
                .isEqualTo(State.REVOKED));
    }

    @Test
    void isBounded() {
        var keys = IntStream.range(0, KeyRing.MAX_LIVE_KEYS)
                .mapToObj(i -> key(NOW.minusSeconds(i)))
                .toList();

        assertThat(new KeyRing(keys).mayRotate(NOW)).isFalse();
        assertThat(new KeyRing(keys.subList(1, keys.size())).mayRotate(NOW)).isTrue();
    }

    @Test
    void aSupersededKeyHasAnEndAndAnActiveOneNone() {
        assertThatThrownBy(() -> new SigningKey(old.kid(), old.publicKey(), State.ACTIVE, NOW, NOW))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SigningKey(old.kid(), old.publicKey(), State.RETIRING, NOW, SigningKey.NEVER))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theIdIsTheThumbprintOfTheKey() {
        // RFC 8037, appendix A.3.
        var key = Ed25519Key.ofBase64Url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");

        assertThat(SigningKey.active(key, NOW).kid()).isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    private static SigningKey key(Instant from) {
        var seed = new byte[32];
        new SecureRandom().nextBytes(seed);
        return SigningKey.active(new Ed25519Signer(seed).publicKey(), from);
    }
}
