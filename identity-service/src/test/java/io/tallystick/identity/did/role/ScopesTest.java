package io.tallystick.identity.did.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.Identity.Role;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScopesTest {

    @Test
    void aRoleGivesInEachServiceWhatIsOfThatService() {
        assertThat(Scopes.of(Set.of(Role.OWNER), "metering-service"))
                .containsExactlyInAnyOrder("meters:write", "letters:write", "usage:write", "usage:read");
        assertThat(Scopes.of(Set.of(Role.GATEWAY), "billing-service")).containsExactly("payments:authorize");
        assertThat(Scopes.of(Set.of(Role.INGEST), "billing-service")).isEmpty();
    }

    @Test
    void noRoleOfATenantGivesWhatIsTheOperators() {
        for (var role : Role.values()) {
            assertThat(Scopes.of(Set.of(role), "identity-service")).doesNotContain("tenants:write", "keys:write");
        }
    }

    @Test
    void onlyAGatewayAuthorizesPayments() {
        for (var role : Role.values()) {
            assertThat(Scopes.of(Set.of(role), "billing-service").contains("payments:authorize"))
                    .isEqualTo(role == Role.GATEWAY);
        }
    }

    @Test
    void askingForMoreThanTheRolesGiveGivesNothing() {
        var allowed = Set.of("usage:read", "usage:write");

        assertThat(Scopes.granted(allowed, "usage:read meters:write")).isEmpty();
        assertThat(Scopes.granted(allowed, "usage:read")).contains(List.of("usage:read"));
        assertThat(Scopes.granted(allowed, "usage:read usage:read")).contains(List.of("usage:read"));
        assertThat(Scopes.granted(allowed, "")).contains(List.of("usage:read", "usage:write"));
        assertThat(Scopes.granted(Set.of(), "")).isEmpty();
    }

    @Test
    void aClientReadsItsOwnOnlyAndWithAnotherRoleWhatThatGives() {
        assertThat(Scopes.ownOnly(Set.of(Role.CLIENT))).isTrue();
        assertThat(Scopes.ownOnly(Set.of(Role.OWNER))).isFalse();
        assertThat(Scopes.ownOnly(Set.of(Role.CLIENT, Role.OWNER))).isFalse();
        assertThat(Scopes.ownOnly(Set.of(Role.INGEST))).isFalse();
    }

    @Test
    void aRoleThatReadsNothingDoesNotWidenWhatAClientReads() {
        assertThat(Scopes.ownOnly(Set.of(Role.CLIENT, Role.INGEST))).isTrue();
        assertThat(Scopes.ownOnly(Set.of(Role.CLIENT, Role.GATEWAY))).isTrue();
    }
}
