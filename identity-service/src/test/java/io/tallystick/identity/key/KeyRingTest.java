package io.tallystick.identity.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.events.KeyChanged.State;
import io.tallystick.identity.key.signer.HeldKey;
import io.tallystick.identity.key.signer.Holder;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.kit.access.Ed25519Key;
import io.tallystick.kit.access.Ed25519Signer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class KeyRingTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Duration NOTICE = Duration.ofSeconds(30);
    private static final Duration OVERLAP = Duration.ofSeconds(310);

    private final SigningKey old = key(NOW.minusSeconds(3600));
    private final SigningKey next = key(NOW.plusSeconds(30));

    @Test
    void hasNoSignerBeforeItsFirstKey() {
        assertThat(ring(List.of()).signer(NOW)).isEmpty();
    }

    @Nested
    class GivenANewKeyIsAnnounced {
        final KeyRing ring = ring(List.of(old, next));

        @Test
        void acceptsBothAndSignsWithTheOldUntilItsTime() {
            assertThat(ring.accepted()).containsExactly(next, old);
            assertThat(ring.signer(NOW)).contains(old);
            assertThat(ring.signer(NOW.plusSeconds(30))).contains(next);
            assertThat(ring.due(NOW, OVERLAP)).isEmpty();
        }

        @Test
        void mayNotRotateAgainBeforeItSigns() {
            assertThat(ring.mayRotate(NOW, NOTICE)).isFalse();
            assertThat(ring.mayRotate(NOW.plusSeconds(30), NOTICE)).isTrue();
        }

        @Test
        void retiresTheOldKeyOnceTheNewOneSigns() {
            var then = NOW.plusSeconds(30);

            assertThat(ring.due(then, OVERLAP)).containsExactly(old.retiring(then, OVERLAP));
        }
    }

    @Nested
    class GivenARetiringKey {
        final KeyRing ring = ring(List.of(old.retiring(NOW, OVERLAP), key(NOW)));

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
        assertThat(ring(List.of(old, next)).compromised(NOW)).hasSize(2).allSatisfy(key -> assertThat(key.state())
                .isEqualTo(State.REVOKED));
    }

    @Test
    void isBounded() {
        var keys = IntStream.range(0, KeyPurpose.ACCESS_TOKEN.mostKeys())
                .mapToObj(i -> key(NOW.minusSeconds(i)))
                .toList();

        assertThat(ring(keys).mayRotate(NOW, NOTICE)).isFalse();
        assertThat(ring(keys.subList(1, keys.size())).mayRotate(NOW, NOTICE)).isTrue();
    }

    @Test
    void aSupersededKeyHasAnEndAndAnActiveOneNone() {
        assertThatThrownBy(() ->
                        new SigningKey(old.purpose(), old.kid(), old.publicKey(), Holder.LOCAL, State.ACTIVE, NOW, NOW))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SigningKey(
                        old.purpose(), old.kid(), old.publicKey(), Holder.LOCAL, State.RETIRING, NOW, SigningKey.NEVER))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theIdIsTheThumbprintOfTheKey() {
        // RFC 8037, appendix A.3.
        var key = Ed25519Key.ofBase64Url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");

        assertThat(HeldKey.thumbprint(key)).isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    @Nested
    class GivenClocksThatAreWrong {
        @Test
        void signsWithTheNextKeyIfAClockThatIsAheadRetiredTheOthers() {
            var ring = ring(List.of(old.retiring(NOW.plusSeconds(30), OVERLAP), next));

            assertThat(ring.signer(NOW)).contains(next);
            assertThat(ring.wantsKeyFrom(NOW, times(Duration.ZERO))).isEmpty();
        }

        @Test
        void doesNotWaitForAKeyThatIsDatedFarAhead() {
            var ring = ring(List.of(old, key(NOW.plusSeconds(86_400))));

            assertThat(ring.mayRotate(NOW, NOTICE)).isTrue();
            assertThat(ring.signer(NOW)).contains(old);
        }
    }

    @Nested
    class GivenASchedule {
        @Test
        void wantsAKeyOnceTheOneThatSignsIsOldEnough() {
            var ring = ring(List.of(old));

            assertThat(ring.wantsKeyFrom(NOW, times(Duration.ofSeconds(3601)))).isEmpty();
            assertThat(ring.wantsKeyFrom(NOW, times(Duration.ofHours(1)))).contains(NOW.plusSeconds(30));
            assertThat(ring.wantsKeyFrom(NOW, times(Duration.ZERO))).isEmpty();
        }

        @Test
        void wantsTheFirstKeyAtOnceAndNoneWhileOneIsAnnounced() {
            assertThat(ring(List.of()).wantsKeyFrom(NOW, times(Duration.ZERO))).contains(NOW);
            assertThat(ring(List.of(old, next)).wantsKeyFrom(NOW, times(Duration.ofMinutes(10))))
                    .isEmpty();
        }

        @Test
        void cannotBeSoFastThatKeysPileUp() {
            assertThatThrownBy(() -> times(Duration.ofMinutes(1)))
                    .hasMessageContaining("rotation-every.access-token must be 0, or at least");
            assertThatThrownBy(() -> new KeyTimes(Duration.ZERO, Map.of(), Map.of()))
                    .hasMessageContaining("1 s to 1 h");
        }
    }

    @Test
    void aKeyOfAnotherPurposeIsNoneOfTheRing() {
        assertThatThrownBy(() -> new KeyRing(KeyPurpose.ASSERTION, List.of(old)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ofWhatIsCheckedForYearsOnlyKeysThatMaySignAreRevoked() {
        var retired = key(KeyPurpose.ASSERTION, NOW.minusSeconds(60)).retiring(NOW, OVERLAP);
        var signs = key(KeyPurpose.ASSERTION, NOW);

        assertThat(new KeyRing(KeyPurpose.ASSERTION, List.of(retired, signs)).compromised(NOW))
                .containsExactly(signs.revoked(NOW));
    }

    private static KeyTimes times(Duration every) {
        return new KeyTimes(
                NOTICE,
                Map.of(
                        KeyPurpose.ACCESS_TOKEN, OVERLAP,
                        KeyPurpose.ASSERTION, Duration.ofDays(3650),
                        KeyPurpose.RECEIPT, Duration.ofDays(3650)),
                Map.of(
                        KeyPurpose.ACCESS_TOKEN, every,
                        KeyPurpose.ASSERTION, Duration.ofDays(90),
                        KeyPurpose.RECEIPT, Duration.ofDays(90)));
    }

    private static KeyRing ring(List<SigningKey> keys) {
        return new KeyRing(KeyPurpose.ACCESS_TOKEN, keys);
    }

    private static SigningKey key(Instant from) {
        return key(KeyPurpose.ACCESS_TOKEN, from);
    }

    private static SigningKey key(KeyPurpose purpose, Instant from) {
        var seed = new byte[32];
        new SecureRandom().nextBytes(seed);
        var publicKey = new Ed25519Signer(seed).publicKey();
        return SigningKey.active(
                new HeldKey(purpose, HeldKey.thumbprint(publicKey), publicKey, Holder.LOCAL, seed), from);
    }
}
