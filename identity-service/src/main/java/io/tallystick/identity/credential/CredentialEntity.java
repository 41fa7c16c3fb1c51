package io.tallystick.identity.credential;

import io.tallystick.identity.credential.status.Place;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

@Entity
@Table(name = "credential")
class CredentialEntity {
    @Id
    UUID id;

    @Column(updatable = false, nullable = false)
    String tenant;

    @Column(name = "tenant_name", updatable = false, nullable = false)
    String tenantName;

    @Column(updatable = false, nullable = false)
    String subject;

    @Column(updatable = false, nullable = false)
    String type;

    @Column(updatable = false, nullable = false)
    String kind;

    @Column(updatable = false, nullable = false)
    String roles;

    @Column(updatable = false, nullable = false)
    String name;

    @Column(name = "valid_from", updatable = false, nullable = false)
    Instant validFrom;

    @Column(name = "valid_until", updatable = false, nullable = false)
    Instant validUntil;

    @Column(updatable = false, nullable = false)
    int list;

    @Column(updatable = false, nullable = false)
    int place;

    @Column(name = "suspended_at")
    Instant suspendedAt;

    @Column(name = "revoked_at")
    Instant revokedAt;

    static CredentialEntity of(Credential credential) {
        var row = new CredentialEntity();
        var says = credential.says();
        row.id = credential.id();
        row.tenant = says.tenant();
        row.tenantName = says.tenantName();
        row.subject = says.subject();
        row.type = says.type().word();
        row.kind = says.kind();
        row.roles = String.join(",", says.roles());
        row.name = says.name();
        row.validFrom = credential.validFrom();
        row.validUntil = credential.validUntil();
        row.list = credential.place().list();
        row.place = credential.place().index();
        row.copyFrom(credential);
        return row;
    }

    Credential toCredential() {
        var says = new Attestation(
                tenant,
                tenantName,
                subject,
                CredentialType.valueOf(type.toUpperCase(Locale.ROOT)),
                kind,
                List.of(roles.split(",", -1)),
                name);
        return new Credential(
                id, says, validFrom, validUntil, new Place(list, place), orNever(suspendedAt), orNever(revokedAt));
    }

    void copyFrom(Credential credential) {
        suspendedAt = credential.suspended() ? credential.suspendedAt() : null;
        revokedAt = credential.revoked() ? credential.revokedAt() : null;
    }

    private static Instant orNever(Instant time) {
        return time == null ? Credential.NEVER : time;
    }
}
