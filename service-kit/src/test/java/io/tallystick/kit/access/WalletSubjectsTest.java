package io.tallystick.kit.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.events.DomainEvent;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.events.WalletChanged;
import io.tallystick.kit.access.IdentityView.Applied;
import io.tallystick.kit.access.wallet.WalletView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service learns whose an account is, and whoever can write to the topic changes nothing of it. */
class WalletSubjectsTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final String KEYS = "key.changed";
    private static final String DIDS = "did.changed";
    private static final String WALLETS = "wallet.changed";
    private static final String JANE = "did:key:zJane";
    private static final String ACCOUNT = "eip155:84532:0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";

    private final Ed25519Signer eventKey = TestIdentity.randomKey();
    private final IdentityView identity = new IdentityView(
            eventKey.publicKey().didKey(), Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5));

    @BeforeEach
    void identityLives() {
        apply(DIDS, new IdentityHeartbeat(0, NOW, List.of(), Map.of()));
        heard(0, NOW);
    }

    private Applied apply(String topic, DomainEvent event) {
        return identity.apply(topic, TestIdentity.signed(eventKey, topic, event), NOW);
    }

    private void heard(long revision, Instant at) {
        apply(KEYS, new IdentityHeartbeat(0, at, List.of(), Map.of(WALLETS, revision)));
    }

    private static WalletChanged link(String did, long revision) {
        return new WalletChanged("acme", ACCOUNT, did, true, NOW, NOW.plusSeconds(3_600), revision);
    }

    private static WalletChanged unlink(long revision) {
        return new WalletChanged("acme", ACCOUNT, JANE, false, NOW, NOW, revision);
    }

    private Set<String> subjects(String did) {
        return identity.subjects("acme", did, NOW);
    }

    @Test
    void aDidIsItselfAndItsAccounts() {
        assertThat(subjects(JANE)).containsExactly(JANE);
        assertThat(apply(WALLETS, link(JANE, 1))).isEqualTo(Applied.CHANGED);

        assertThat(subjects(JANE)).containsExactlyInAnyOrder(JANE, "did:pkh:" + ACCOUNT);
        assertThat(subjects("did:key:zOther")).containsExactly("did:key:zOther");
    }

    @Test
    void tenantCrossing() {
        apply(WALLETS, link(JANE, 1));

        assertThat(identity.subjects("other", JANE, NOW)).containsExactly(JANE);
    }

    @Test
    void anAccountThatGoesToAnotherDidLeavesTheFirst() {
        apply(WALLETS, link(JANE, 1));
        apply(WALLETS, link("did:key:zOther", 2));

        assertThat(subjects(JANE)).containsExactly(JANE);
        assertThat(subjects("did:key:zOther")).hasSize(2);
    }

    @Test
    void anOldEventPutBackDoesNotBringAnUnlinkedWalletBack() {
        apply(WALLETS, link(JANE, 1));
        apply(WALLETS, unlink(2));
        assertThat(subjects(JANE)).containsExactly(JANE);

        assertThat(apply(WALLETS, link(JANE, 1))).isEqualTo(Applied.OUTDATED);
        assertThat(subjects(JANE)).containsExactly(JANE);
    }

    /** The topic has forgotten that the link ended; who put its event back behind that has won nothing. */
    @Test
    void anOldEventAloneEndsByItself() {
        var old = new WalletChanged("acme", ACCOUNT, JANE, true, NOW.minusSeconds(99), NOW, 1);

        assertThat(apply(WALLETS, old)).isEqualTo(Applied.CHANGED);
        assertThat(subjects(JANE)).containsExactly(JANE);
    }

    @Test
    void aLinkThatIsNotToldAgainEnds() {
        apply(WALLETS, new WalletChanged("acme", ACCOUNT, JANE, true, NOW, NOW.plusSeconds(1), 1));

        assertThat(subjects(JANE)).hasSize(2);
        assertThat(identity.subjects("acme", JANE, NOW.plusSeconds(1))).containsExactly(JANE);
    }

    @Test
    void anEventThatIdentityDidNotSignChangesNothing() {
        var stranger = TestIdentity.randomKey();

        assertThat(identity.apply(WALLETS, TestIdentity.signed(stranger, WALLETS, link(JANE, 9)), NOW))
                .isEqualTo(Applied.REFUSED);
        assertThat(apply(DIDS, link(JANE, 9))).isEqualTo(Applied.REFUSED);
        assertThat(identity.apply(WALLETS, TestIdentity.signed(eventKey, DIDS, link(JANE, 9)), NOW))
                .isEqualTo(Applied.REFUSED);
        assertThat(subjects(JANE)).containsExactly(JANE);
    }

    @Test
    void whileTheTopicIsBehindOrSilentADidIsItselfAlone() {
        apply(WALLETS, link(JANE, 1));
        heard(2, NOW.plusMillis(1));

        assertThat(subjects(JANE)).hasSize(2);
        assertThat(identity.subjects("acme", JANE, NOW.plusSeconds(3))).containsExactly(JANE);
        apply(WALLETS, link(JANE, 2));
        assertThat(identity.subjects("acme", JANE, NOW.plusSeconds(4))).hasSize(2);
        assertThat(identity.subjects("acme", JANE, NOW.plusSeconds(6))).containsExactly(JANE);
    }

    @Test
    void anIdentityServiceThatKnowsNoWalletsSaysNothingOfThem() {
        var before = new IdentityView(
                eventKey.publicKey().didKey(), Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5));
        for (var topic : List.of(KEYS, DIDS)) {
            var heartbeat = new IdentityHeartbeat(0, NOW, List.of(), Map.of());
            before.apply(topic, TestIdentity.signed(eventKey, topic, heartbeat), NOW);
        }
        before.apply(WALLETS, TestIdentity.signed(eventKey, WALLETS, link(JANE, 1)), NOW);

        assertThat(before.fresh(NOW)).isTrue();
        assertThat(before.subjects("acme", JANE, NOW)).containsExactly(JANE);
    }

    @Test
    void whatIsKeptIsBounded() {
        var view = new WalletView();
        var later = NOW.plusSeconds(60);
        for (int i = 1; i <= WalletView.MAX_WALLETS; i++) {
            view.apply(of("a" + i, i == 1 ? later : NOW.plusSeconds(3_600)), NOW);
        }

        assertThat(view.apply(of("more", NOW.plusSeconds(3_600)), NOW)).isFalse();
        assertThat(view.subjects("acme", JANE + "more", NOW)).containsExactly(JANE + "more");
        // One has ended by then.
        assertThat(view.apply(of("more", NOW.plusSeconds(3_600)), later)).isTrue();
        assertThat(view.subjects("acme", JANE + "more", later)).hasSize(2);
    }

    private static WalletChanged of(String name, Instant until) {
        return new WalletChanged("acme", name, JANE + name, true, NOW, until, 1);
    }
}
