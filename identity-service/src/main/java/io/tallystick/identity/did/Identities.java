package io.tallystick.identity.did;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.tallystick.events.DidChanged;
import io.tallystick.events.EventType;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.did.Registration.Registered;
import io.tallystick.identity.did.Registration.Rejected;
import io.tallystick.identity.did.Registration.Revoked;
import io.tallystick.identity.did.Registration.Unchanged;
import io.tallystick.identity.did.webvh.Verification.Version;
import io.tallystick.identity.key.IdentityEvents;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.hibernate.reactive.mutiny.Mutiny;

/** All tenants' identities. One method is one transaction, its event included. */
@ApplicationScoped
public class Identities {
    /** A DID that acts for more tenants than this must say so to someone first. */
    private static final int MAX_TENANTS_OF_A_DID = 100;

    /** Longer than an access token lives, with all that clocks may be apart. */
    private static final Duration TOLD_AGAIN = Duration.ofHours(1);

    private static final int MOST_TOLD_AGAIN = 10_000;

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
                .chain(row -> row == null
                        ? otherName(session, wished)
                        : Uni.createFrom().item(decide(row.toIdentity(), wished)));
    }

    /** A did:webvh is one identity, whatever it is called since it moved. */
    private static Uni<Registration> otherName(Mutiny.Session session, Identity wished) {
        return wished.scid().isEmpty()
                ? Uni.createFrom().item(Rejected.UNKNOWN_TENANT)
                : byScid(session, wished.tenant(), wished.scid(), LockModeType.NONE)
                        .map(row -> row == null ? Rejected.UNKNOWN_TENANT : Rejected.REGISTERED_BY_OTHER_NAME);
    }

    private static Uni<IdentityEntity> byScid(Mutiny.Session session, String tenant, String scid, LockModeType lock) {
        return session.createQuery("from IdentityEntity where tenant = :tenant and scid = :scid", IdentityEntity.class)
                .setParameter("tenant", tenant)
                .setParameter("scid", scid)
                .setLockMode(lock)
                .getSingleResultOrNull();
    }

    /**
     * A tenant's did:webvh has a new version: what it was given at an older one is to be refused, and if it was
     * deactivated, all that it was given. The identity is locked before the turn is taken, as all do who change one; and
     * looked for again after it, so that one registered at the same time is either seen here or has access tokens of the
     * new version only.
     */
    public Uni<Void> follow(Mutiny.Session session, String tenant, Version version, Instant now) {
        var scid = version.did().scid();
        return byScid(session, tenant, scid, LockModeType.PESSIMISTIC_WRITE)
                .chain(row -> events.takeTurn(session)
                        .chain(() -> row == null
                                ? byScid(session, tenant, scid, LockModeType.PESSIMISTIC_WRITE)
                                : Uni.createFrom().item(row)))
                .chain(row -> row == null || row.revokedAt != null
                        ? Uni.createFrom().voidItem()
                        : follow(session, row, version, now));
    }

    private Uni<Void> follow(Mutiny.Session session, IdentityEntity row, Version version, Instant now) {
        var identity = row.toIdentity();
        return version.deactivated()
                ? revoke(session, row, now).replaceWithVoid()
                : events.tell(session, now, revision -> identity.toEvent(version.versionId(), now, revision));
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

    /**
     * Tells of the identities that a new reader must know of once more, if the event key is another: of those whose access
     * tokens of before may still live, and of the newest, for a reader waits for the last revision.
     */
    @Scheduled(every = "10s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> tellAgain() {
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return events.tellAgain(EventType.DID_CHANGED.topic(), now, session -> session.createQuery(
                                "from IdentityEntity where revokedAt > :since or registeredAt = "
                                        + "(select max(registeredAt) from IdentityEntity) order by revokedAt desc nulls first",
                                IdentityEntity.class)
                        .setParameter("since", now.minus(TOLD_AGAIN))
                        .setMaxResults(MOST_TOLD_AGAIN)
                        .getResultList()
                        .map(rows -> rows.stream()
                                .map(IdentityEntity::toIdentity)
                                .<LongFunction<DidChanged>>map(identity -> identity::toEvent)
                                .toList()))
                .onFailure()
                .invoke(e -> Log.warnf("identities not told again, cause=%s", e))
                .onFailure()
                .recoverWithNull();
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
