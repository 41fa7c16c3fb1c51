package io.tallystick.identity.apikey;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.ApiKeyChanged;
import io.tallystick.identity.did.Identity.Role;
import io.tallystick.identity.did.role.Scopes;
import io.tallystick.kit.access.apikey.ApiKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An API key as it is kept: not itself, but its hash. Once revoked it stays so.
 *
 * @param id names it, and is part of its text
 * @param hash SHA-256 of its text
 * @param holder whom its bearer acts as
 * @param maker DID of who made it
 * @param name for people; may be empty
 * @param revokedAt {@link #NEVER} as long as it was not
 */
record KeptKey(
        String id,
        String hash,
        Holder holder,
        String maker,
        String name,
        Set<Role> roles,
        KeyLimits limits,
        Instant createdAt,
        Instant revokedAt) {
    static final Instant NEVER = Instant.MAX;
    static final int MAX_NAME_LENGTH = 200;

    /** What is said of a key counts so long: less than its topic keeps records, so that none is worth something alone. */
    static final Duration TOLD_FOR = Duration.ofDays(30);

    /** Whom a key's bearer acts as. */
    record Holder(String tenant, String did) {
        Holder {
            requireNonNull(tenant, "tenant");
            requireNonNull(did, "did");
        }
    }

    KeptKey {
        requireNonNull(id, "id");
        requireNonNull(hash, "hash");
        requireNonNull(holder, "holder");
        requireNonNull(maker, "maker");
        requireNonNull(limits, "limits");
        roles = Set.copyOf(roles);
        if (roles.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("an API key needs a role, and a name of at most 200 characters");
        }
        if (!limits.expiresAt().isAfter(createdAt)) {
            throw new IllegalArgumentException("expiresAt must be in the future");
        }
        if (revokedAt.isBefore(createdAt)) {
            throw new IllegalArgumentException("revoked before it was made");
        }
    }

    boolean revoked() {
        return !revokedAt.equals(NEVER);
    }

    /** This key, revoked; empty if it was so already. */
    Optional<KeptKey> revoke(Instant now) {
        return revoked()
                ? Optional.empty()
                : Optional.of(new KeptKey(id, hash, holder, maker, name, roles, limits, createdAt, now));
    }

    /** What may be shown of the key, and logged: how its text begins. */
    String prefix() {
        return ApiKey.PREFIX + id;
    }

    List<String> roleWords() {
        return roles.stream().map(Role::word).sorted().toList();
    }

    List<String> sortedModels() {
        return limits.models().stream().sorted().toList();
    }

    ApiKeyChanged toEvent(Instant now, long revision) {
        return new ApiKeyChanged(
                id,
                holder.tenant(),
                holder.did(),
                hash,
                Scopes.ofApiKey(roles),
                Scopes.ownOnly(roles),
                sortedModels(),
                limits.requestsPerMinute(),
                limits.tokensPerMinute(),
                limits.expiresAt(),
                revoked(),
                revoked() ? revokedAt : createdAt,
                now.plus(TOLD_FOR),
                revision);
    }
}
