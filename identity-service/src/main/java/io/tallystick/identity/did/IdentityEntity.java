package io.tallystick.identity.did;

import io.tallystick.identity.did.Identity.Kind;
import io.tallystick.identity.did.Identity.Role;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

@Entity
@Table(name = "identity")
@IdClass(IdentityEntity.Key.class)
class IdentityEntity {

    record Key(String tenant, String did) implements Serializable {}

    @Id
    String tenant;

    @Id
    String did;

    /** Of a did:webvh; the database reads it from the DID. */
    @Column(insertable = false, updatable = false)
    String scid;

    @Column(updatable = false, nullable = false)
    String kind;

    @Column(updatable = false, nullable = false)
    String roles;

    @Column(updatable = false, nullable = false)
    String name;

    @Column(name = "registered_at", updatable = false, nullable = false)
    Instant registeredAt;

    @Column(name = "revoked_at")
    Instant revokedAt;

    @Column(name = "first_token_at", insertable = false, updatable = false)
    Instant firstTokenAt;

    Identity toIdentity() {
        return new Identity(
                tenant,
                did,
                Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
                Arrays.stream(roles.split(",", -1))
                        .map(role -> Role.valueOf(role.toUpperCase(Locale.ROOT)))
                        .collect(Collectors.toSet()),
                name,
                registeredAt,
                revokedAt == null ? Identity.NEVER : revokedAt);
    }

    void copyFrom(Identity identity) {
        revokedAt = identity.revoked() ? identity.revokedAt() : null;
    }
}
