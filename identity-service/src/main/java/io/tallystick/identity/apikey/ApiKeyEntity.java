package io.tallystick.identity.apikey;

import io.tallystick.identity.apikey.KeptKey.Holder;
import io.tallystick.identity.did.Identity.Role;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

@Entity
@Table(name = "api_key")
class ApiKeyEntity {
    @Id
    String id;

    @Column(updatable = false, nullable = false)
    String tenant;

    @Column(updatable = false, nullable = false)
    String did;

    @Column(updatable = false, nullable = false)
    String maker;

    @Column(updatable = false, nullable = false)
    String hash;

    @Column(updatable = false, nullable = false)
    String name;

    @Column(updatable = false, nullable = false)
    String roles;

    @Column(updatable = false, nullable = false)
    String models;

    @Column(name = "requests_per_minute", updatable = false, nullable = false)
    int requestsPerMinute;

    @Column(name = "tokens_per_minute", updatable = false, nullable = false)
    long tokensPerMinute;

    @Column(name = "created_at", updatable = false, nullable = false)
    Instant createdAt;

    @Column(name = "expires_at", updatable = false, nullable = false)
    Instant expiresAt;

    @Column(name = "revoked_at")
    Instant revokedAt;

    @Column(name = "told_at", nullable = false)
    Instant toldAt;

    static ApiKeyEntity of(KeptKey key) {
        var row = new ApiKeyEntity();
        row.id = key.id();
        row.tenant = key.holder().tenant();
        row.did = key.holder().did();
        row.maker = key.maker();
        row.hash = key.hash();
        row.name = key.name();
        row.roles = String.join(",", key.roleWords());
        row.models = String.join(" ", key.sortedModels());
        row.requestsPerMinute = key.limits().requestsPerMinute();
        row.tokensPerMinute = key.limits().tokensPerMinute();
        row.createdAt = key.createdAt();
        row.expiresAt = key.limits().expiresAt();
        row.toldAt = key.createdAt();
        row.copyFrom(key);
        return row;
    }

    KeptKey toKey() {
        return new KeptKey(
                id,
                hash,
                new Holder(tenant, did),
                maker,
                name,
                Arrays.stream(roles.split(",", -1))
                        .map(role -> Role.valueOf(role.toUpperCase(Locale.ROOT)))
                        .collect(Collectors.toSet()),
                new KeyLimits(Set.of(models.split(" ", -1)), requestsPerMinute, tokensPerMinute, expiresAt),
                createdAt,
                revokedAt == null ? KeptKey.NEVER : revokedAt);
    }

    void copyFrom(KeptKey key) {
        revokedAt = key.revoked() ? key.revokedAt() : null;
    }
}
