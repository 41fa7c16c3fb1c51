package io.tallystick.identity.grant;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Instant;

/** What a grant says is in its text; the columns are for the database to look for and to check. */
@Entity
@Table(name = "spend_grant")
@IdClass(GrantEntity.Key.class)
class GrantEntity {

    record Key(String tenant, String jti) implements Serializable {}

    @Id
    String tenant;

    @Id
    String jti;

    @Column(updatable = false, nullable = false)
    String digest;

    @Column(updatable = false, nullable = false)
    String jwt;

    @Column(updatable = false, nullable = false)
    String client;

    @Column(updatable = false, nullable = false)
    String root;

    @Column(updatable = false, nullable = false)
    int level;

    @Column(updatable = false)
    String parent;

    @Column(updatable = false, nullable = false)
    String issuer;

    @Column(updatable = false, nullable = false)
    String agent;

    @Column(updatable = false, nullable = false)
    String asset;

    @Column(name = "budget_units", updatable = false, nullable = false)
    BigDecimal budgetUnits;

    @Column(name = "cap_units", updatable = false, nullable = false)
    BigDecimal capUnits;

    @Column(name = "not_before", updatable = false, nullable = false)
    Instant notBefore;

    @Column(name = "expires_at", updatable = false, nullable = false)
    Instant expiresAt;

    @Column(name = "received_at", updatable = false, nullable = false)
    Instant receivedAt;

    @Column(name = "revoked_at")
    Instant revokedAt;

    static GrantEntity of(KeptGrant kept) {
        var grant = kept.grant();
        var limits = grant.limits();
        var row = new GrantEntity();
        row.tenant = kept.tenant();
        row.jti = grant.jti();
        row.digest = grant.digest();
        row.jwt = kept.text();
        row.client = kept.place().client();
        row.root = kept.place().root();
        row.level = kept.place().level();
        row.parent = kept.parent().isEmpty() ? null : kept.parent();
        row.issuer = grant.issuer();
        row.agent = grant.agent().did();
        row.asset = limits.asset();
        row.budgetUnits = new BigDecimal(limits.budgetUnits());
        row.capUnits = new BigDecimal(limits.capUnits());
        row.notBefore = limits.notBefore();
        row.expiresAt = limits.expiresAt();
        row.receivedAt = kept.receivedAt();
        row.copyFrom(kept);
        return row;
    }

    KeptGrant toGrant() {
        return new KeptGrant(
                tenant,
                GrantVerifier.read(jwt),
                jwt,
                new KeptGrant.Place(client, root, level),
                receivedAt,
                revokedAt == null ? KeptGrant.NEVER : revokedAt);
    }

    void copyFrom(KeptGrant kept) {
        revokedAt = kept.revoked() ? kept.revokedAt() : null;
    }
}
