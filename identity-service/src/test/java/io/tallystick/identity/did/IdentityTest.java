package io.tallystick.identity.did;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.identity.did.Identity.Kind;
import io.tallystick.identity.did.Identity.Role;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdentityTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final String DID = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

    @Test
    void isRevokedOnceAndForGood() {
        var identity = identity(Kind.CLIENT, Role.CLIENT);

        var revoked = identity.revoke(NOW.plusSeconds(1)).orElseThrow();

        assertThat(revoked.revoked()).isTrue();
        assertThat(revoked.revoke(NOW.plusSeconds(2))).isEmpty();
    }

    @Test
    void tellsOfItsRolesUntilItIsRevoked() {
        var identity = identity(Kind.CLIENT, Role.INGEST, Role.CLIENT);

        assertThat(identity.toEvent(7).roles()).isEqualTo(List.of("client", "ingest"));
        var event = identity.revoke(NOW.plusSeconds(1)).orElseThrow().toEvent(8);
        assertThat(event.revoked()).isTrue();
        assertThat(event.roles()).isEmpty();
        assertThat(event.since()).isEqualTo(NOW.plusSeconds(1));
    }

    @Test
    void onlyAProviderOwnsAndOnlyAServiceIsAGateway() {
        assertThatThrownBy(() -> identity(Kind.AGENT, Role.OWNER)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> identity(Kind.PROVIDER, Role.GATEWAY)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> identity(Kind.CLIENT)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Identity identity(Kind kind, Role... roles) {
        return new Identity("acme", DID, kind, Set.of(roles), "", NOW, Identity.NEVER);
    }
}
