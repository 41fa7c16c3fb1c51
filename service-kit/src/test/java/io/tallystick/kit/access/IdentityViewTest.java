package io.tallystick.kit.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.events.DidChanged;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.events.KeyChanged;
import io.tallystick.events.KeyChanged.State;
import io.tallystick.kit.access.IdentityView.Applied;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Whoever can write to the topics gains nothing by it. */
class IdentityViewTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final String KEYS = "key.changed";
    private static final String DIDS = "did.changed";

    private final Ed25519Signer eventKey = TestIdentity.randomKey();
    private final Ed25519Signer key = TestIdentity.randomKey();
    private final IdentityView identity = newView();

    @Nested
    class GivenNothingWasHeard {
        @Test
        void isNotFresh() {
            assertThat(identity.fresh(NOW)).isFalse();
        }

        @Test
        void isNotFreshWhileOneTopicIsSilent() {
            apply(KEYS, heartbeat(0, NOW));
            assertThat(identity.fresh(NOW)).isFalse();

            apply(DIDS, heartbeat(0, NOW));
            assertThat(identity.fresh(NOW)).isTrue();
        }

        @Test
        void anOldHeartbeatPutBackProvesNothing() {
            apply(KEYS, heartbeat(0, NOW.minusSeconds(6)));
            apply(DIDS, heartbeat(0, NOW.minusSeconds(6)));

            assertThat(identity.fresh(NOW)).isFalse();
        }

        @Test
        void aHeartbeatFromTheFutureIsRefused() {
            assertThat(apply(KEYS, heartbeat(0, NOW.plusSeconds(6)))).isEqualTo(Applied.REFUSED);
        }
    }

    @Nested
    class GivenAnEventThatIdentityDidNotSign {
        @Test
        void changesNothing() {
            var stranger = TestIdentity.randomKey();
            var event = keyChanged("k1", State.ACTIVE, 1);

            assertThat(identity.apply(KEYS, TestIdentity.signed(stranger, KEYS, event), NOW))
                    .isEqualTo(Applied.REFUSED);
            assertThat(identity.key("k1")).isEmpty();
        }

        @Test
        void changesNothingUnderIdentitysName() {
            var stranger = TestIdentity.randomKey();
            var header = "{\"alg\":\"EdDSA\",\"typ\":\"tallystick-event+jws\",\"kid\":\"%s\",\"topic\":\"%s\"}"
                    .formatted(eventKey.publicKey().didKey(), KEYS);
            var forged = stranger.compactJws(header, payload(keyChanged("k1", State.ACTIVE, 1)));

            assertThat(identity.apply(KEYS, forged.getBytes(StandardCharsets.US_ASCII), NOW))
                    .isEqualTo(Applied.REFUSED);
        }

        @Test
        void changesNothingWhenItIsNoJws() {
            for (var value : List.of("", "{}", "a.b.c", "\u0000", "....", "x".repeat(40_000))) {
                assertThat(identity.apply(KEYS, value.getBytes(StandardCharsets.UTF_8), NOW))
                        .isEqualTo(Applied.REFUSED);
            }
            assertThat(identity.apply(KEYS, null, NOW)).isEqualTo(Applied.REFUSED);
        }

        @Test
        void anAccessTokenIsNoEvent() {
            var header = "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"%s\",\"topic\":\"%s\"}"
                    .formatted(eventKey.publicKey().didKey(), KEYS);
            var token = eventKey.compactJws(header, payload(keyChanged("k1", State.ACTIVE, 1)));

            assertThat(identity.apply(KEYS, token.getBytes(StandardCharsets.US_ASCII), NOW))
                    .isEqualTo(Applied.REFUSED);
        }

        @Test
        void anEventOfOneTopicIsNoneOfTheOther() {
            var event = TestIdentity.signed(eventKey, DIDS, heartbeat(7, NOW));

            assertThat(identity.apply(KEYS, event, NOW)).isEqualTo(Applied.REFUSED);
        }
    }

    @Nested
    class GivenAKeyOfAnotherPurpose {
        @Test
        void aKeyUsedForAnotherPurpose() {
            for (var purpose : List.of(KeyChanged.Purpose.ASSERTION, KeyChanged.Purpose.RECEIPT)) {
                var told = new KeyChanged("k2", key.publicKey().base64Url(), purpose, State.ACTIVE, NOW, 7);

                assertThat(apply(KEYS, told)).isEqualTo(Applied.OTHER_PURPOSE);
                apply(KEYS, heartbeat(0, NOW, "k2"));
                assertThat(identity.key("k2")).isEmpty();
            }
        }

        @Test
        void takesNothingFromAKeyOfAccessTokens() {
            apply(KEYS, keyChanged("k1", State.ACTIVE, 1));
            apply(KEYS, heartbeat(1, NOW, "k1"));

            apply(
                    KEYS,
                    new KeyChanged(
                            "k1",
                            TestIdentity.randomKey().publicKey().base64Url(),
                            KeyChanged.Purpose.ASSERTION,
                            State.REVOKED,
                            NOW,
                            9));

            assertThat(identity.key("k1")).contains(key.publicKey());
        }
    }

    @Nested
    class GivenAnEventKeyIsReplaced {
        final Ed25519Signer next = TestIdentity.randomKey();
        final byte[] bySuccessor = TestIdentity.signed(next, KEYS, keyChanged("k1", State.ACTIVE, 1));

        @Test
        void whoBelievesBothBelievesBoth() {
            var both = new IdentityView(
                    List.of(eventKey.publicKey().didKey(), next.publicKey().didKey()),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5));

            assertThat(both.apply(KEYS, bySuccessor, NOW)).isEqualTo(Applied.CHANGED);
            assertThat(both.apply(KEYS, TestIdentity.signed(eventKey, KEYS, keyChanged("k2", State.ACTIVE, 2)), NOW))
                    .isEqualTo(Applied.CHANGED);
        }

        @Test
        void whoBelievesTheOldOneDoesNotBelieveTheNewOne() {
            assertThat(identity.apply(KEYS, bySuccessor, NOW)).isEqualTo(Applied.REFUSED);
        }

        @Test
        void theOldOneUnderTheNameOfTheNewOneIsNotBelieved() {
            var both = new IdentityView(
                    List.of(eventKey.publicKey().didKey(), next.publicKey().didKey()),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5));
            var header = "{\"alg\":\"EdDSA\",\"typ\":\"tallystick-event+jws\",\"kid\":\"%s\",\"topic\":\"%s\"}"
                    .formatted(next.publicKey().didKey(), KEYS);
            var mixed = eventKey.compactJws(header, payload(keyChanged("k1", State.ACTIVE, 1)));

            assertThat(both.apply(KEYS, mixed.getBytes(StandardCharsets.US_ASCII), NOW))
                    .isEqualTo(Applied.REFUSED);
        }

        @Test
        void moreThanTwoAreNotPinned() {
            var three = List.of(
                    eventKey.publicKey().didKey(),
                    next.publicKey().didKey(),
                    key.publicKey().didKey());

            assertThatThrownBy(() -> new IdentityView(
                            three, Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5)))
                    .hasMessageContaining("tallystick.access.event-key");
        }
    }

    @Nested
    class GivenARevokedKey {
        @Test
        void isNotRevivedByItsOlderEvent() {
            apply(KEYS, keyChanged("k1", State.ACTIVE, 1));
            apply(KEYS, keyChanged("k1", State.REVOKED, 2));
            apply(KEYS, heartbeat(2, NOW));

            assertThat(apply(KEYS, keyChanged("k1", State.ACTIVE, 1))).isEqualTo(Applied.OUTDATED);
            assertThat(identity.key("k1")).isEmpty();
        }

        @Test
        void isNotRevivedForAReaderThatNeverSawTheRevocation() {
            // Compaction kept the old event, which was put back on the topic behind the revocation.
            apply(KEYS, keyChanged("k1", State.ACTIVE, 1));
            apply(KEYS, heartbeat(2, NOW, "k2"));

            assertThat(identity.key("k1")).isEmpty();
        }
    }

    @Nested
    class GivenAHeartbeatAheadOfTheEvents {
        @Test
        void waitsForTheEventsAndThenRefuses() {
            apply(KEYS, heartbeat(0, NOW));
            apply(DIDS, heartbeat(3, NOW));
            assertThat(identity.fresh(NOW.plusSeconds(2))).isTrue();
            assertThat(identity.fresh(NOW.plusMillis(2001))).isFalse();

            apply(DIDS, didChanged(false, NOW, 3));
            assertThat(identity.fresh(NOW.plusMillis(2001))).isTrue();
        }

        @Test
        void isNotCaughtUpByTheOtherTopic() {
            apply(KEYS, heartbeat(0, NOW));
            apply(DIDS, heartbeat(3, NOW));

            apply(KEYS, keyChanged("k1", State.ACTIVE, 4));

            assertThat(identity.fresh(NOW.plusSeconds(3))).isFalse();
        }

        @Test
        void anOlderHeartbeatDoesNotTakeItBack() {
            apply(KEYS, heartbeat(0, NOW));
            apply(DIDS, heartbeat(3, NOW));

            assertThat(apply(DIDS, heartbeat(2, NOW.plusSeconds(1)))).isEqualTo(Applied.OUTDATED);
            assertThat(identity.fresh(NOW.plusSeconds(3))).isFalse();
        }
    }

    @Nested
    class GivenARevokedIdentity {
        @Test
        void isRefusedWhileAnAccessTokenOfBeforeMayLive() {
            apply(DIDS, didChanged(true, NOW, 1));

            assertThat(identity.revoked("acme", "did:key:z1")).isTrue();
            assertThat(identity.revoked("other", "did:key:z1")).isFalse();
        }

        @Test
        void isNotTakenBackByAnOlderEvent() {
            apply(DIDS, didChanged(true, NOW, 2));
            apply(DIDS, didChanged(false, NOW, 1));

            assertThat(identity.revoked("acme", "did:key:z1")).isTrue();
        }

        @Test
        void isForgottenWhenNoAccessTokenOfBeforeCanLive() {
            apply(DIDS, didChanged(true, NOW, 1));
            identity.apply(
                    DIDS,
                    TestIdentity.signed(
                            eventKey, DIDS, new DidChanged("did:key:z2", "acme", "client", List.of(), false, NOW, 2)),
                    NOW.plusSeconds(311));

            assertThat(identity.revoked("acme", "did:key:z1")).isFalse();
        }

        @Test
        void costsNothingWhenReadLongAfter() {
            apply(DIDS, didChanged(true, NOW.minusSeconds(3600), 1));

            assertThat(identity.revoked("acme", "did:key:z1")).isFalse();
        }
    }

    @Test
    void aThousandKeysLaterTheNextOneIsStillTakenIn() {
        for (long i = 1; i <= 2_100; i++) {
            assertThat(apply(KEYS, keyChanged("k" + i, State.ACTIVE, 2 * i))).isEqualTo(Applied.CHANGED);
            if (i > 1) {
                apply(KEYS, keyChanged("k" + (i - 1), State.REVOKED, 2 * i + 1));
            }
        }
        apply(KEYS, heartbeat(4_201, NOW, "k2100"));

        assertThat(identity.key("k2100")).isPresent();
        assertThat(apply(KEYS, keyChanged("k7", State.ACTIVE, 14))).isNotEqualTo(Applied.REFUSED);
        assertThat(identity.key("k7")).isEmpty();
    }

    private IdentityView newView() {
        return new IdentityView(
                eventKey.publicKey().didKey(), Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5));
    }

    private Applied apply(String topic, DomainEvent event) {
        return identity.apply(topic, TestIdentity.signed(eventKey, topic, event), NOW);
    }

    private static byte[] payload(DomainEvent event) {
        return io.tallystick.events.EventJson.write(
                new io.tallystick.events.Envelope("1", "/identity-service", NOW, event));
    }

    private KeyChanged keyChanged(String kid, State state, long revision) {
        return new KeyChanged(kid, key.publicKey().base64Url(), KeyChanged.Purpose.ACCESS_TOKEN, state, NOW, revision);
    }

    private static DidChanged didChanged(boolean revoked, Instant since, long revision) {
        return new DidChanged("did:key:z1", "acme", "client", List.of(), revoked, since, revision);
    }

    private static IdentityHeartbeat heartbeat(long revision, Instant time, String... keys) {
        return new IdentityHeartbeat(revision, time, List.of(keys), Map.of());
    }
}
