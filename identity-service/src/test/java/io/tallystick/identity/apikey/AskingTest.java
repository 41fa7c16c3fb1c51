package io.tallystick.identity.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.apikey.Making.Rejected;
import io.tallystick.identity.did.Identity;
import io.tallystick.identity.did.Identity.Kind;
import io.tallystick.identity.did.Identity.Role;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whom a key may be made for, and with which roles. */
class AskingTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    private final Identity owner = identity("did:key:zOwner", Kind.PROVIDER, Role.OWNER);
    private final Identity client = identity("did:key:zClient", Kind.CLIENT, Role.CLIENT);
    private final Identity caretaker = identity("did:key:zCaretaker", Kind.SERVICE, Role.OPERATOR);

    @Test
    void aKeyNeverGoesFurtherThanItsIdentity() {
        assertThat(asks(client, client, Role.CLIENT, Role.OWNER)).contains(Rejected.MORE_THAN_ITS_IDENTITY);
        assertThat(asks(owner, client, Role.OWNER)).contains(Rejected.MORE_THAN_ITS_IDENTITY);
        assertThat(new Asking("did:key:zOperator", true, false).refused(Optional.empty(), client, Set.of(Role.OWNER)))
                .contains(Rejected.MORE_THAN_ITS_IDENTITY);
    }

    @Test
    void aClientMakesNoKeyOfAnother() {
        var same = identity("did:key:zNeighbour", Kind.CLIENT, Role.CLIENT);

        assertThat(asks(client, same, Role.CLIENT)).contains(Rejected.NOT_YOURS);
        assertThat(asks(client, client, Role.CLIENT)).isEmpty();
    }

    @Test
    void anOperatorMakesNoKeyThatMayDoWhatItMayNot() {
        for (var role : Role.values()) {
            var holder = identity("did:key:zHolder", kindOf(role), role);
            var refused = asks(caretaker, holder, role);
            if (role == Role.OPERATOR) {
                assertThat(refused).isEmpty();
            } else {
                assertThat(refused).as(role.word()).contains(Rejected.MORE_THAN_ITS_MAKER);
            }
        }
    }

    @Test
    void whoLostItsAccessMakesNoneAndHasNoneMade() {
        assertThat(asks(revoked(owner), client, Role.CLIENT)).contains(Rejected.MORE_THAN_ITS_MAKER);
        assertThat(asks(owner, revoked(client), Role.CLIENT)).contains(Rejected.IDENTITY_REVOKED);
        assertThat(new Asking(owner.did(), false, false).refused(Optional.empty(), client, Set.of(Role.CLIENT)))
                .contains(Rejected.MORE_THAN_ITS_MAKER);
    }

    private static Kind kindOf(Role role) {
        return role == Role.OWNER ? Kind.PROVIDER : Kind.SERVICE;
    }

    private static Identity identity(String did, Kind kind, Role role) {
        return new Identity("acme", did, kind, Set.of(role), "", NOW, Identity.NEVER);
    }

    private static Identity revoked(Identity one) {
        return new Identity(one.tenant(), one.did(), one.kind(), one.roles(), one.name(), NOW, NOW);
    }

    private static Optional<Rejected> asks(Identity maker, Identity holder, Role... roles) {
        var ownOnly = maker.roles().contains(Role.CLIENT);
        return new Asking(maker.did(), false, ownOnly).refused(Optional.of(maker), holder, Set.of(roles));
    }
}
