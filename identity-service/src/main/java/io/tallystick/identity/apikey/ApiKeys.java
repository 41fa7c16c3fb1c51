package io.tallystick.identity.apikey;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.apikey.KeptKey.Holder;
import io.tallystick.identity.apikey.Making.Made;
import io.tallystick.identity.apikey.Making.Rejected;
import io.tallystick.identity.apikey.Withdrawal.Revoked;
import io.tallystick.identity.apikey.Withdrawal.Unchanged;
import io.tallystick.identity.did.Identities;
import io.tallystick.identity.did.Identity;
import io.tallystick.identity.did.Identity.Role;
import io.tallystick.identity.key.IdentityEvents;
import io.tallystick.kit.access.apikey.ApiKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * All tenants' API keys. One method is one transaction, its event included. Who makes a key takes the tenant's row and then
 * the identity's: two that would be one too many take turns, and so do a key and its identity's revocation.
 */
@ApplicationScoped
class ApiKeys {
    private final Mutiny.SessionFactory sessions;
    private final Transactions transactions;
    private final Identities identities;
    private final IdentityEvents events;
    private final ApiKeyConfig config;

    ApiKeys(
            Mutiny.SessionFactory sessions,
            Transactions transactions,
            Identities identities,
            IdentityEvents events,
            ApiKeyConfig config) {
        this.sessions = sessions;
        this.transactions = transactions;
        this.identities = identities;
        this.events = events;
        this.config = config;
    }

    /**
     * A key that is asked for.
     *
     * @param roles empty for all that the identity has
     */
    record Wish(Holder holder, String name, Set<Role> roles, KeyLimits limits) {
        Wish {
            roles = Set.copyOf(roles);
        }

        KeptKey key(ApiKey fresh, Set<Role> roles, Asking who, Instant now) {
            return new KeptKey(fresh.id(), fresh.hash(), holder, who.did(), name, roles, limits, now, KeptKey.NEVER);
        }
    }

    Uni<Making> make(Wish wish, ApiKey fresh, Asking who, Instant now) {
        var holder = wish.holder();
        return transactions.run(session -> lockTenant(session, holder.tenant())
                .chain(exists -> exists
                        ? identities
                                .lock(session, holder.tenant(), holder.did())
                                .chain(identity -> identity.isEmpty()
                                        ? Uni.createFrom().item(Rejected.UNKNOWN_IDENTITY)
                                        : make(session, wish, fresh, who, identity.get(), now))
                        : Uni.createFrom().item(Rejected.UNKNOWN_TENANT)));
    }

    /** Other transactions may still refer to the row. */
    private static Uni<Boolean> lockTenant(Mutiny.Session session, String tenant) {
        return session.createNativeQuery("select id from tenant where id = :id for no key update", String.class)
                .setParameter("id", tenant)
                .getSingleResultOrNull()
                .map(found -> found != null);
    }

    private Uni<Making> make(
            Mutiny.Session session, Wish wish, ApiKey fresh, Asking who, Identity holder, Instant now) {
        var roles = wish.roles().isEmpty() ? holder.roles() : wish.roles();
        return identities.find(session, holder.tenant(), who.did()).chain(maker -> {
            var refused = who.refused(maker, holder, roles);
            return refused.isPresent()
                    ? Uni.createFrom().item(refused.get())
                    : added(session, wish.key(fresh, roles, who, now), now);
        });
    }

    private Uni<Making> added(Mutiny.Session session, KeptKey key, Instant now) {
        return holding(session, key.holder(), now).chain(counted -> {
            if (counted.ofIdentity() >= config.perIdentity()) {
                return Uni.createFrom().item(Rejected.TOO_MANY_OF_IDENTITY);
            }
            return counted.ofTenant() >= config.perTenant()
                    ? Uni.createFrom().item(Rejected.TOO_MANY_OF_TENANT)
                    : session.persist(ApiKeyEntity.of(key))
                            .chain(() -> events.tell(session, now, revision -> key.toEvent(now, revision)))
                            .replaceWith(new Made(key));
        });
    }

    private record Counted(long ofTenant, long ofIdentity) {}

    private static Uni<Counted> holding(Mutiny.Session session, Holder holder, Instant now) {
        return session.createQuery(
                        "select count(*), coalesce(sum(case when did = :did then 1L else 0L end), 0L) from ApiKeyEntity "
                                + "where tenant = :tenant and expiresAt > :now and revokedAt is null",
                        Object[].class)
                .setParameter("tenant", holder.tenant())
                .setParameter("did", holder.did())
                .setParameter("now", now)
                .getSingleResult()
                .map(row -> new Counted((Long) row[0], (Long) row[1]));
    }

    Uni<Withdrawal> revoke(String tenant, String id, Asking who, Instant now) {
        return transactions.run(session -> session.find(ApiKeyEntity.class, id, LockModeType.PESSIMISTIC_WRITE)
                .chain(row -> row == null || !row.tenant.equals(tenant) || !who.sees(row.toKey())
                        ? Uni.createFrom().item(Withdrawal.Rejected.UNKNOWN_KEY)
                        : revoke(session, row, now)));
    }

    private Uni<Withdrawal> revoke(Mutiny.Session session, ApiKeyEntity row, Instant now) {
        var revoked = row.toKey().revoke(now);
        if (revoked.isEmpty()) {
            return Uni.createFrom().item(new Unchanged(row.toKey()));
        }
        var key = revoked.get();
        row.copyFrom(key);
        return events.tell(session, now, revision -> key.toEvent(now, revision)).replaceWith(new Revoked(key));
    }

    /** A tenant's keys whose id comes after {@code after}, ended ones too, in the order of their ids. */
    Uni<List<KeptKey>> page(String tenant, Asking who, String after, int limit) {
        return sessions.withSession(session -> session.createQuery(
                                "from ApiKeyEntity where tenant = :tenant and id > :after "
                                        + "and (:all = true or did = :did) order by id",
                                ApiKeyEntity.class)
                        .setParameter("tenant", tenant)
                        .setParameter("after", after)
                        .setParameter("all", !who.ownOnly())
                        .setParameter("did", who.did())
                        .setMaxResults(limit)
                        .getResultList())
                .map(rows -> rows.stream().map(ApiKeyEntity::toKey).toList());
    }
}
