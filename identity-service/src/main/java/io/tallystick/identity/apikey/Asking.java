package io.tallystick.identity.apikey;

import static java.util.Objects.requireNonNull;

import io.tallystick.identity.apikey.Making.Rejected;
import io.tallystick.identity.did.Identity;
import io.tallystick.identity.did.Identity.Role;
import io.tallystick.identity.did.role.Scopes;
import java.util.Optional;
import java.util.Set;

/**
 * Who asks for a change of a tenant's API keys.
 *
 * @param installation whether it is the installation's operator, who looks after all tenants
 * @param ownOnly whether it has to do with its own keys only
 */
record Asking(String did, boolean installation, boolean ownOnly) {

    Asking {
        requireNonNull(did, "did");
    }

    boolean sees(KeptKey key) {
        return !ownOnly || key.holder().did().equals(did);
    }

    /**
     * Why this one may not make a key that acts as {@code holder}; empty if it may.
     *
     * @param maker what the one who asks is to the tenant; empty if nothing
     * @param roles what the key is to have
     */
    Optional<Rejected> refused(Optional<Identity> maker, Identity holder, Set<Role> roles) {
        if (holder.revoked()) {
            return Optional.of(Rejected.IDENTITY_REVOKED);
        }
        if (ownOnly && !holder.did().equals(did)) {
            return Optional.of(Rejected.NOT_YOURS);
        }
        if (!holder.roles().containsAll(roles)) {
            return Optional.of(Rejected.MORE_THAN_ITS_IDENTITY);
        }
        var within = installation
                || maker.filter(one -> !one.revoked())
                        .map(Identity::roles)
                        .filter(had -> had.contains(Role.OWNER) || Scopes.within(roles, had))
                        .isPresent();
        return within ? Optional.empty() : Optional.of(Rejected.MORE_THAN_ITS_MAKER);
    }
}
