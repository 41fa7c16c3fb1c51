package io.tallystick.identity.credential;

import io.tallystick.identity.did.Identity;
import io.tallystick.identity.tenant.Tenant;
import java.util.List;

/**
 * What is said of an identity. All of it is what was registered here: nobody who asks for a credential has a word in it.
 *
 * @param subject its DID
 * @param roles in their alphabet
 * @param name for people; may be empty
 */
public record Attestation(
        String tenant,
        String tenantName,
        String subject,
        CredentialType type,
        String kind,
        List<String> roles,
        String name) {

    public Attestation {
        roles = List.copyOf(roles);
        if (!type.fits(kind, roles)) {
            throw new IllegalArgumentException("the identity is not what the credential says");
        }
    }

    /** @throws IllegalArgumentException if it cannot be said of {@code identity} */
    static Attestation of(Tenant tenant, Identity identity, CredentialType type) {
        return new Attestation(
                tenant.id(),
                tenant.name(),
                identity.did(),
                type,
                identity.kind().word(),
                identity.roleWords(),
                identity.name());
    }
}
