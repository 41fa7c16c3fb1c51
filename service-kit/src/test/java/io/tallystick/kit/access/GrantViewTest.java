package io.tallystick.kit.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.events.DidChanged;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.GrantChanged;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.GrantView.Found;
import io.tallystick.kit.access.GrantView.Holds;
import io.tallystick.kit.access.GrantView.HoldsNot;
import io.tallystick.kit.access.IdentityView.Applied;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A service learns of a spend grant, and of its end, and whoever can write to the topic changes neither. */
class GrantViewTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final String KEYS = "key.changed";
    private static final String DIDS = "did.changed";
    private static final String GRANTS = "grant.changed";

    private final Ed25519Signer eventKey = TestIdentity.randomKey();
    private final IdentityView identity = new IdentityView(
            eventKey.publicKey().didKey(), Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5));

    @BeforeEach
    void identityLives() {
        apply(DIDS, new IdentityHeartbeat(0, NOW, List.of(), Map.of()));
        heard(0);
    }

    @Test
    void aGrantHoldsWithAllThatItHangsBelow() {
        var root = grant("root", "", false, 1);
        var child = grant("child", "root", false, 2);
        apply(GRANTS, root);
        apply(GRANTS, child);

        assertThat(find("child")).isEqualTo(new Holds(List.of(child, root)));
        assertThat(find("root")).isEqualTo(new Holds(List.of(root)));
    }

    @Test
    void aGrantThatNobodyToldOfHoldsNot() {
        apply(GRANTS, grant("child", "root", false, 1));

        assertThat(find("child")).isEqualTo(HoldsNot.UNKNOWN);
        assertThat(find("other")).isEqualTo(HoldsNot.UNKNOWN);
    }

    @Test
    void tenantCrossing() {
        apply(GRANTS, grant("root", "", false, 1));

        assertThat(identity.grant("other", "root", NOW)).isEqualTo(HoldsNot.UNKNOWN);
    }

    @Test
    void itBeginsAndEndsByItself() {
        apply(GRANTS, grant("later", "", NOW.plusSeconds(6), NOW.plusSeconds(9), false, 1));
        apply(GRANTS, grant("short", "", NOW.minusSeconds(9), NOW.plusSeconds(1), false, 2));

        assertThat(find("later")).isEqualTo(HoldsNot.NOT_YET);
        assertThat(identity.grant("acme", "later", NOW.plusSeconds(1))).isInstanceOf(Holds.class);
        assertThat(find("short")).isInstanceOf(Holds.class);
        assertThat(identity.grant("acme", "short", NOW.plusSeconds(1))).isEqualTo(HoldsNot.EXPIRED);
    }

    @Nested
    class GivenARevokedGrant {
        @BeforeEach
        void revoked() {
            apply(GRANTS, grant("root", "", false, 1));
            apply(GRANTS, grant("child", "root", false, 2));
            apply(GRANTS, grant("root", "", true, 3));
        }

        @Test
        void itHoldsNotNorWhatHangsBelowIt() {
            assertThat(find("root")).isEqualTo(HoldsNot.UNKNOWN);
            assertThat(find("child")).isEqualTo(HoldsNot.UNKNOWN);
        }

        @Test
        void itsOldEventPutBackRevivesNothing() {
            assertThat(apply(GRANTS, grant("root", "", false, 1))).isEqualTo(Applied.OUTDATED);
            assertThat(find("root")).isEqualTo(HoldsNot.UNKNOWN);
        }
    }

    @Nested
    class GivenAnEventThatIdentityDidNotSign {
        @Test
        void changesNothing() {
            var stranger = TestIdentity.randomKey();
            var event = grant("root", "", false, 1);

            assertThat(identity.apply(GRANTS, TestIdentity.signed(stranger, GRANTS, event), NOW))
                    .isEqualTo(Applied.REFUSED);
            // Identity's own words, on a topic that they were not said on.
            assertThat(identity.apply(GRANTS, TestIdentity.signed(eventKey, DIDS, event), NOW))
                    .isEqualTo(Applied.REFUSED);
            assertThat(apply(DIDS, event)).isEqualTo(Applied.REFUSED);
            assertThat(find("root")).isEqualTo(HoldsNot.UNKNOWN);
        }

        @Test
        void nothingElseBelongsOnTheTopic() {
            assertThat(apply(GRANTS, new IdentityHeartbeat(9, NOW, List.of(), Map.of(GRANTS, 9L))))
                    .isEqualTo(Applied.REFUSED);
            assertThat(apply(GRANTS, new DidChanged("did:key:zClient", "acme", "client", List.of(), true, NOW, 9)))
                    .isEqualTo(Applied.REFUSED);
        }
    }

    @Nested
    class GivenTheFeedOfGrantsIsOld {
        @Test
        void saysNothingWhileAnAnnouncedEventIsMissing() {
            apply(GRANTS, grant("root", "", false, 1));
            heard(2);

            assertThat(identity.grant("acme", "root", NOW.plusSeconds(2))).isInstanceOf(Holds.class);
            assertSilent(NOW.plusMillis(2001));
            // Only grants depend on it.
            assertThat(identity.fresh(NOW.plusMillis(2001))).isTrue();

            apply(GRANTS, grant("root", "", true, 2));
            assertThat(identity.grant("acme", "root", NOW.plusMillis(2001))).isEqualTo(HoldsNot.UNKNOWN);
        }

        @Test
        void saysNothingWhileIdentityIsSilent() {
            apply(GRANTS, grant("root", "", false, 1));

            assertSilent(NOW.plusMillis(5001));
        }

        @Test
        void anOldHeartbeatPutBackProvesNothing() {
            apply(GRANTS, grant("root", "", false, 1));
            var later = NOW.plusSeconds(6);
            for (var topic : List.of(KEYS, DIDS)) {
                identity.apply(
                        topic,
                        TestIdentity.signed(eventKey, topic, new IdentityHeartbeat(0, later, List.of(), Map.of())),
                        later);
            }
            heard(0);

            assertThat(identity.fresh(later)).isTrue();
            assertSilent(later);
        }
    }

    /** During a roll-out: the other side of the feed has not heard of grants yet, and serves everything else. */
    @Test
    void identityOfTheVersionBeforeIsReadyAndGivesNoGrant() {
        var view = new IdentityView(
                eventKey.publicKey().didKey(), Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5));
        for (var topic : IdentityView.TOPICS) {
            view.apply(
                    topic,
                    TestIdentity.signed(eventKey, topic, new IdentityHeartbeat(0, NOW, List.of(), Map.of())),
                    NOW);
        }

        assertThat(view.fresh(NOW)).isTrue();
        assertThatThrownBy(() -> view.grant("acme", "root", NOW)).isInstanceOf(AccessRefused.class);
    }

    /** Two instances of identity, one of each version, speak in turn. */
    @Test
    void aHeartbeatOfTheVersionBeforeTakesNothingBack() {
        apply(GRANTS, grant("root", "", false, 1));
        heard(1);
        apply(KEYS, new IdentityHeartbeat(0, NOW.plusMillis(500), List.of(), Map.of()));

        assertThat(find("root")).isInstanceOf(Holds.class);
    }

    @Test
    void aRevokedClientOrAgentSpendsNothing() {
        apply(GRANTS, grant("root", "", false, 1));
        apply(DIDS, new DidChanged("did:key:zClient", "acme", "client", List.of(), true, NOW, 1));

        assertThat(find("root")).isEqualTo(HoldsNot.IDENTITY_REVOKED);
    }

    @Test
    void aLineThatGoesInACircleEnds() {
        apply(GRANTS, grant("a", "b", false, 1));
        apply(GRANTS, grant("b", "a", false, 2));

        assertThat(find("a")).isEqualTo(HoldsNot.UNKNOWN);
    }

    @Test
    void whatEndedIsForgottenAndMakesRoom() {
        var view = new GrantView();
        for (int i = 0; i < GrantView.MAX_GRANTS; i++) {
            var event = grant("g" + i, "", NOW, NOW.plusSeconds(60), false, i + 1);
            assertThat(view.apply(event, NOW)).isEqualTo(Applied.CHANGED);
        }
        var revision = GrantView.MAX_GRANTS + 1L;

        assertThat(view.apply(grant("more", "", false, revision), NOW)).isEqualTo(Applied.NOT_KEPT);
        assertThat(view.line("acme", "more")).isEmpty();
        assertThat(view.apply(grant("more", "", false, revision + 1), NOW.plusSeconds(61)))
                .isEqualTo(Applied.CHANGED);
        assertThat(view.size()).isEqualTo(1);
    }

    private void assertSilent(Instant at) {
        assertThatThrownBy(() -> identity.grant("acme", "root", at))
                .isInstanceOfSatisfying(AccessRefused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Reason.IDENTITY_SILENT));
    }

    private Found find(String jti) {
        return identity.grant("acme", jti, NOW);
    }

    private void heard(long revision) {
        apply(KEYS, new IdentityHeartbeat(0, NOW, List.of(), Map.of(GRANTS, revision)));
    }

    private Applied apply(String topic, DomainEvent event) {
        return identity.apply(topic, TestIdentity.signed(eventKey, topic, event), NOW);
    }

    private static GrantChanged grant(String jti, String parent, boolean revoked, long revision) {
        return grant(jti, parent, NOW.minusSeconds(60), NOW.plusSeconds(3600), revoked, revision);
    }

    private static GrantChanged grant(
            String jti, String parent, Instant notBefore, Instant expiresAt, boolean revoked, long revision) {
        var limits = new GrantChanged.Limits(
                "eip155:8453/erc20:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
                BigInteger.TEN,
                BigInteger.TWO,
                List.of("acme"),
                List.of("*"),
                0,
                notBefore,
                expiresAt);
        var agent = new GrantChanged.Agent("did:key:zAgent", "thumbprint");
        return new GrantChanged(
                "acme",
                jti,
                "digest",
                parent,
                "did:key:zClient",
                "did:key:zClient",
                agent,
                limits,
                revoked,
                NOW,
                revision);
    }
}
