package io.tallystick.identity.did;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.did.Registration.Registered;
import io.tallystick.identity.did.Registration.Rejected;
import io.tallystick.identity.did.Registration.Revoked;
import io.tallystick.identity.did.Registration.Unchanged;
import io.tallystick.identity.key.IdentityEvents;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/** All tenants' identities. One method is one transaction, its event included. */
@ApplicationScoped
public class Identities {
    /** A DID that acts for more tenants than this must say so to someone first. */
    private static final int MAX_TENANTS_OF_A_DID = 100;

    /** Inserts only if the tenant exists, and lets the key answer whether it was there. */
    private static final String INSERT = """
            insert into identity (tenant, did, kind, roles, name, registered_at)
            select id, :did, :kind, :roles, :name, :at from tenant where id = :tenant
            on conflict do nothing
            """;

    private final Mutiny.SessionFactory sessions;
    private final Transactions transactions;
    private final IdentityEvents events;

    Identities(Mutiny.SessionFactory sessions, Transactions transactions, IdentityEvents events) {
        this.sessions = sessions;
        this.transactions = transactions;
        this.events = events;
    }

    Uni<Registration> register(Identity wished) {
        return transactions.run(session -> session.createNativeQuery(INSERT)
                .setParameter("tenant", wished.tenant())
                .setParameter("did", wished.did())
                .setParameter("kind", wished.kind().word())
                .setParameter("roles", String.join(",", wished.roleWords()))
                .setParameter("name", wished.name())
                .setParameter("at", wished.registeredAt())
                .executeUpdate()
                .chain(rows -> rows == 1 ? registered(session, wished) : stored(session, wished)));
    }

    private Uni<Registration> registered(Mutiny.Session session, Identity identity) {
        return events.tell(session, identity.registeredAt(), identity::toEvent).replaceWith(new Registered(identity));
    }

    private static Uni<Registration> stored(Mutiny.Session session, Identity wished) {
        return session.find(IdentityEntity.class, key(wished.tenant(), wished.did()))
                .map(row -> row == null ? Rejected.UNKNOWN_TENANT : decide(row.toIdentity(), wished));
    }

    private static Registration decide(Identity stored, Identity wished) {
        if (stored.revoked()) {
            return Rejected.WAS_REVOKED;
        }
        return stored.says(wished) ? new Unchanged(stored) : Rejected.REGISTERED_OTHERWISE;
    }

    /** Withdraws the access of a DID to a tenant. */
    Uni<Registration> revoke(String tenant, String did, Instant now) {
        return transactions.run(session -> session.find(
                        IdentityEntity.class, key(tenant, did), LockModeType.PESSIMISTIC_WRITE)
                .chain(row ->
                        row == null ? Uni.createFrom().item(Rejected.UNKNOWN_IDENTITY) : revoke(session, row, now)));
    }

    private Uni<Registration> revoke(Mutiny.Session session, IdentityEntity row, Instant now) {
        var revoked = row.toIdentity().revoke(now);
        if (revoked.isEmpty()) {
            return Uni.createFrom().item(new Unchanged(row.toIdentity()));
        }
        var identity = revoked.get();
        row.copyFrom(identity);
        return events.tell(session, now, identity::toEvent).replaceWith(new Revoked(identity));
    }

    /** What {@code did} is to the tenant, which nobody changes until the transaction of {@code session} ends. */
    public Uni<Optional<Identity>> lock(Mutiny.Session session, String tenant, String did) {
        return session.find(IdentityEntity.class, key(tenant, did), LockModeType.PESSIMISTIC_WRITE)
                .map(row -> Optional.ofNullable(row).map(IdentityEntity::toIdentity));
    }

    /** What {@code did} is to the tenant, revoked or not. */
    public Uni<Optional<Identity>> find(Mutiny.Session session, String tenant, String did) {
        return session.find(IdentityEntity.class, key(tenant, did))
                .map(row -> Optional.ofNullable(row).map(IdentityEntity::toIdentity));
    }

    /** @param inUse whether the DID's holder was ever given an access token for the tenant */
    public record Known(Identity identity, boolean inUse) {}

    /**
     * What {@code did} is to each tenant that it may act for now.
     *
     * @param tenant the only one that matters; empty for all
     */
    public Uni<List<Known>> of(String did, String tenant) {
        return sessions.withSession(session -> session.createQuery(
                                "from IdentityEntity where did = :did and revokedAt is null "
                                        + "and (:tenant = '' or tenant = :tenant) "
                                        + "order by case when firstTokenAt is null then 1 else 0 end, tenant",
                                IdentityEntity.class)
                        .setParameter("did", did)
                        .setParameter("tenant", tenant)
                        .setMaxResults(MAX_TENANTS_OF_A_DID)
                        .getResultList())
                .map(rows -> rows.stream()
                        .map(row -> new Known(row.toIdentity(), row.firstTokenAt != null))
                        .toList());
    }

    /** The holder is given an access token for the tenant. Once written, a later one changes nothing. */
    public Uni<Void> inUse(Identity identity, Instant now) {
        return transactions
                .run(session -> session.createNativeQuery("update identity set first_token_at = :now "
                                + "where tenant = :tenant and did = :did and first_token_at is null")
                        .setParameter("now", now)
                        .setParameter("tenant", identity.tenant())
                        .setParameter("did", identity.did())
                        .executeUpdate())
                .replaceWithVoid();
    }

    /** A tenant's identities whose DID comes after {@code after}, revoked ones too, in the order of their DIDs. */
    Uni<List<Identity>> page(String tenant, String after, int limit) {
        return sessions.withSession(session -> session.createQuery(
                                "from IdentityEntity where tenant = :tenant and did > :after order by did",
                                IdentityEntity.class)
                        .setParameter("tenant", tenant)
                        .setParameter("after", after)
                        .setMaxResults(limit)
                        .getResultList())
                .map(rows -> rows.stream().map(IdentityEntity::toIdentity).toList());
    }

    private static IdentityEntity.Key key(String tenant, String did) {
        return new IdentityEntity.Key(tenant, did);
    }
}
