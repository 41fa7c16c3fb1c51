package io.tallystick.kit.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.events.ApiKeyChanged;
import io.tallystick.events.DidChanged;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.IdentityView.Applied;
import io.tallystick.kit.access.apikey.ApiKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A service learns of an API key, and of its end, and whoever can write to the topic changes neither. */
class ApiKeysHoldTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final String KEYS = "key.changed";
    private static final String DIDS = "did.changed";
    private static final String API_KEYS = "api-key.changed";
    private static final String DID = "did:key:zClient";

    private final ApiKey key = ApiKey.of(bytes(8, 1), bytes(32, 1));
    private final Ed25519Signer eventKey = TestIdentity.randomKey();
    private IdentityView identity = view();

    @BeforeEach
    void identityLives() {
        apply(DIDS, new IdentityHeartbeat(0, NOW, List.of(), Map.of()));
        heard(0, NOW);
    }

    @Test
    void aKeyHoldsAsItWasTold() {
        var told = told(key, false, NOW.plus(Duration.ofDays(30)), 1);
        apply(API_KEYS, told);

        assertThat(identity.apiKey(key, NOW)).isEqualTo(told);
    }

    @Test
    void anUnknownKeyAndAWrongSecretLookAlike() {
        apply(API_KEYS, told(key, false, NOW.plus(Duration.ofDays(30)), 1));
        var wrongSecret = ApiKey.of(bytes(8, 1), bytes(32, 2));
        var unknown = ApiKey.of(bytes(8, 2), bytes(32, 1));

        var wrong = refusal(wrongSecret, NOW);
        assertThat(wrong.reason()).isEqualTo(Reason.UNKNOWN_API_KEY);
        assertThat(refusal(unknown, NOW).reason()).isEqualTo(wrong.reason());
        assertThat(refusal(unknown, NOW)).hasMessage(wrong.getMessage());
    }

    @Test
    void itEndsByItself() {
        var end = NOW.plusSeconds(86_400);
        apply(API_KEYS, told(key, false, NOW.plus(Duration.ofDays(30)), 1));

        assertThat(identity.apiKey(key, NOW)).isNotNull();
        later(end.minusMillis(1));
        assertThat(identity.apiKey(key, end.minusMillis(1))).isNotNull();
        assertThat(refusal(key, end).reason()).isEqualTo(Reason.UNKNOWN_API_KEY);
    }

    @Test
    void silentIdentityIsRefusedForApiKeysToo() {
        apply(API_KEYS, told(key, false, NOW.plus(Duration.ofDays(30)), 1));

        assertThat(refusal(key, NOW.plusSeconds(6)).reason()).isEqualTo(Reason.IDENTITY_SILENT);
    }

    @Test
    void aChangeThatWasAnnouncedAndHasNotComeIsWaitedForAndThenRefused() {
        apply(API_KEYS, told(key, false, NOW.plus(Duration.ofDays(30)), 1));
        heard(2, NOW.plusMillis(1));

        later(NOW.plusSeconds(3));
        assertThat(refusal(key, NOW.plusSeconds(3)).reason()).isEqualTo(Reason.IDENTITY_SILENT);
    }

    @Test
    void anIdentityServiceThatKnowsOfNoApiKeysMakesNoneHold() {
        identity = view();
        apply(DIDS, new IdentityHeartbeat(0, NOW, List.of(), Map.of()));
        apply(KEYS, new IdentityHeartbeat(0, NOW, List.of(), Map.of()));
        apply(API_KEYS, told(key, false, NOW.plus(Duration.ofDays(30)), 1));

        assertThat(refusal(key, NOW).reason()).isEqualTo(Reason.IDENTITY_SILENT);
    }

    @Nested
    class GivenARevokedKey {
        @BeforeEach
        void revoked() {
            apply(API_KEYS, told(key, false, NOW.plus(Duration.ofDays(30)), 1));
            apply(API_KEYS, told(key, true, NOW.plus(Duration.ofDays(30)), 2));
        }

        @Test
        void aRevokedKeyIsNotAccepted() {
            assertThat(refusal(key, NOW).reason()).isEqualTo(Reason.UNKNOWN_API_KEY);
        }

        @Test
        void anOldEventPutBackDoesNotReviveIt() {
            assertThat(apply(API_KEYS, told(key, false, NOW.plus(Duration.ofDays(30)), 1)))
                    .isEqualTo(Applied.OUTDATED);
            assertThat(refusal(key, NOW).reason()).isEqualTo(Reason.UNKNOWN_API_KEY);
        }
    }

    /** The topic has forgotten the revocation, and what is put back is the first that a new reader reads. */
    @Test
    void anOldEventPutBackUntilTheTopicForgotTheRevocationDoesNotReviveIt() {
        var putBack = told(key, false, NOW.minusSeconds(1), 1);

        apply(API_KEYS, putBack);

        assertThat(refusal(key, NOW).reason()).isEqualTo(Reason.UNKNOWN_API_KEY);
    }

    @Test
    void aKeyEndsWithTheIdentityItActsAsAndForGood() {
        apply(API_KEYS, told(key, false, NOW.plus(Duration.ofDays(30)), 1));
        apply(DIDS, new DidChanged(DID, "acme", "client", List.of(), true, NOW, 1));
        assertThat(refusal(key, NOW).reason()).isEqualTo(Reason.UNKNOWN_API_KEY);

        // Long after the identity's own revocation was forgotten.
        var later = NOW.plusSeconds(3_600);
        apply(DIDS, new DidChanged("did:key:zOther", "acme", "client", List.of("client"), false, later, 2));
        apply(DIDS, new IdentityHeartbeat(2, later, List.of(), Map.of()));
        heard(1, later);
        assertThat(refusal(key, later).reason()).isEqualTo(Reason.UNKNOWN_API_KEY);
    }

    /** A service that starts reads the topics side by side: the key's event may come after its identity's end. */
    @Test
    void aKeyOfARevokedIdentityIsRefusedInWhateverOrderTheTopicsAreRead() {
        apply(DIDS, new DidChanged(DID, "acme", "client", List.of(), true, NOW, 1), NOW);
        apply(API_KEYS, told(key, false, NOW.plus(Duration.ofDays(30)), 1));

        assertThat(refusal(key, NOW).reason()).isEqualTo(Reason.UNKNOWN_API_KEY);
    }

    @Test
    void anEventWrittenWithoutIdentitysKeyChangesNothing() {
        var event = told(key, false, NOW.plus(Duration.ofDays(30)), 1);
        var stranger = TestIdentity.randomKey();

        assertThat(identity.apply(API_KEYS, TestIdentity.signed(stranger, API_KEYS, event), NOW))
                .isEqualTo(Applied.REFUSED);
        // Identity's own words, on a topic that they were not said on.
        assertThat(identity.apply(API_KEYS, TestIdentity.signed(eventKey, "grant.changed", event), NOW))
                .isEqualTo(Applied.REFUSED);
        assertThat(apply("grant.changed", event)).isEqualTo(Applied.REFUSED);
        assertThat(refusal(key, NOW).reason()).isEqualTo(Reason.UNKNOWN_API_KEY);
    }

    private static IdentityView viewOf(Ed25519Signer eventKey) {
        return new IdentityView(
                eventKey.publicKey().didKey(), Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5));
    }

    private IdentityView view() {
        return viewOf(eventKey);
    }

    private AccessRefused refusal(ApiKey presented, Instant now) {
        var refused = new AccessRefused[1];
        assertThatThrownBy(() -> identity.apiKey(presented, now))
                .isInstanceOfSatisfying(AccessRefused.class, e -> refused[0] = e);
        return refused[0];
    }

    /** Identity goes on to live. */
    private void later(Instant now) {
        apply(DIDS, new IdentityHeartbeat(0, now, List.of(), Map.of()), now);
        apply(KEYS, new IdentityHeartbeat(0, now, List.of(), Map.of(API_KEYS, 2L)), now);
    }

    private void heard(long revision, Instant now) {
        apply(KEYS, new IdentityHeartbeat(0, now, List.of(), Map.of(API_KEYS, revision)), now);
    }

    private Applied apply(String topic, DomainEvent event) {
        return apply(topic, event, NOW.plusSeconds(3_600));
    }

    private Applied apply(String topic, DomainEvent event, Instant now) {
        return identity.apply(topic, TestIdentity.signed(eventKey, topic, event), topic.equals(API_KEYS) ? NOW : now);
    }

    private static ApiKeyChanged told(ApiKey key, boolean revoked, Instant until, long revision) {
        return new ApiKeyChanged(
                key.id(),
                "acme",
                DID,
                key.hash(),
                Map.of("metering-service", List.of("usage:read")),
                true,
                List.of("*"),
                600,
                1_000,
                NOW.plusSeconds(86_400),
                revoked,
                NOW.minusSeconds(60),
                until,
                revision);
    }

    private static byte[] bytes(int count, int value) {
        var bytes = new byte[count];
        java.util.Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
