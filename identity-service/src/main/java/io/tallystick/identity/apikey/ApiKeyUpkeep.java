package io.tallystick.identity.apikey;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.events.ApiKeyChanged;
import io.tallystick.events.EventType;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.key.IdentityEvents;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.LongFunction;
import org.hibernate.reactive.mutiny.Mutiny;

/** What happens to API keys without anyone asking for it. Any instance may do it, and two at once do no harm. */
@ApplicationScoped
class ApiKeyUpkeep {
    /** What was said of a key counts for thirty days; long before, it is said again. */
    static final Duration TELL_AGAIN_AFTER = Duration.ofDays(10);

    /** As long as its events are on the topic. */
    static final Duration KEPT_AFTER_ITS_END = Duration.ofDays(40);

    /** Each second few of all identities that ever were revoked are looked at; each hour all. */
    private static final Duration REVOKED_SINCE = Duration.ofDays(7);

    /** As many as a service remembers. */
    private static final int MOST_TOLD_AGAIN = 50_000;

    private static final int AT_ONCE = 100;
    private static final int DELETED_AT_ONCE = 1_000;

    private final Mutiny.SessionFactory sessions;
    private final Transactions transactions;
    private final ApiKeys keys;
    private final IdentityEvents events;

    ApiKeyUpkeep(Mutiny.SessionFactory sessions, Transactions transactions, ApiKeys keys, IdentityEvents events) {
        this.sessions = sessions;
        this.transactions = transactions;
        this.keys = keys;
        this.events = events;
    }

    /**
     * Revokes the keys of identities that lost their access. The other services refuse them already, by the identity's
     * own event.
     */
    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> revokeWithTheirHolders() {
        return quietly("API keys of revoked identities not revoked", revokeWithTheirHolders(now(), REVOKED_SINCE));
    }

    @Scheduled(every = "1h", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> revokeWithAllHolders() {
        var now = now();
        return quietly(
                "API keys of revoked identities not revoked",
                revokeWithTheirHolders(now, Duration.between(Instant.EPOCH, now)));
    }

    private Uni<Void> revokeWithTheirHolders(Instant now, Duration since) {
        return sessions.withSession(session -> session.createQuery(
                                "from ApiKeyEntity k where k.revokedAt is null and k.expiresAt > :now and exists "
                                        + "(select 1 from IdentityEntity i where i.tenant = k.tenant "
                                        + "and i.did = k.did and i.revokedAt > :since)",
                                ApiKeyEntity.class)
                        .setParameter("now", now)
                        .setParameter("since", now.minus(since))
                        .setMaxResults(AT_ONCE)
                        .getResultList())
                .chain(rows -> Multi.createFrom()
                        .iterable(rows)
                        .onItem()
                        .transformToUniAndConcatenate(
                                row -> keys.revoke(row.tenant, row.id, new Asking(row.did, true, false), now))
                        .collect()
                        .asList()
                        .replaceWithVoid());
    }

    /** Says once more that keys hold which were not spoken of for long. */
    @Scheduled(every = "1m", delayed = "20s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> tellAgain() {
        return quietly("API keys not told again", tellAgain(now()));
    }

    Uni<Void> tellAgain(Instant now) {
        return transactions.run(session ->
                due(session, now).chain(rows -> tell(session, rows, now)).chain(() -> tellLast(session, now)));
    }

    /** Held until the transaction ends, so that none is told to hold after it was revoked. */
    private static Uni<List<ApiKeyEntity>> due(Mutiny.Session session, Instant now) {
        return session.createQuery(
                        "from ApiKeyEntity k where k.revokedAt is null and k.expiresAt > :now and k.toldAt < :before "
                                + "and exists (select 1 from IdentityEntity i where i.tenant = k.tenant "
                                + "and i.did = k.did and i.revokedAt is null) order by k.toldAt",
                        ApiKeyEntity.class)
                .setParameter("now", now)
                .setParameter("before", now.minus(TELL_AGAIN_AFTER))
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .setMaxResults(AT_ONCE)
                .getResultList();
    }

    /** The topic forgets, but must always have the newest: a new reader waits for it. */
    private Uni<Void> tellLast(Mutiny.Session session, Instant now) {
        return events.apiKeysWereToldBefore(session, now.minus(TELL_AGAIN_AFTER))
                .chain(due -> due
                        ? session.createQuery("from ApiKeyEntity order by toldAt desc", ApiKeyEntity.class)
                                .setMaxResults(1)
                                .getResultList()
                                .chain(rows -> tell(session, rows, now))
                        : Uni.createFrom().voidItem());
    }

    /**
     * Tells of all keys that may hold once more, and of the last, if the event key is another. Changes no row: who revokes a
     * key has its row before it waits for its turn to tell, which is taken here already.
     */
    @Scheduled(every = "10s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> tellAllAgain() {
        var now = now();
        return quietly(
                "API keys not told again",
                events.tellAgain(EventType.API_KEY_CHANGED.topic(), now, session -> session.createQuery(
                                "from ApiKeyEntity k where (k.revokedAt is null and k.expiresAt > :now and exists "
                                        + "(select 1 from IdentityEntity i where i.tenant = k.tenant "
                                        + "and i.did = k.did and i.revokedAt is null)) or k.toldAt = "
                                        + "(select max(toldAt) from ApiKeyEntity) order by k.toldAt",
                                ApiKeyEntity.class)
                        .setParameter("now", now)
                        .setMaxResults(MOST_TOLD_AGAIN)
                        .getResultList()
                        .map(rows -> rows.stream()
                                .map(ApiKeyEntity::toKey)
                                .<LongFunction<ApiKeyChanged>>map(key -> revision -> key.toEvent(now, revision))
                                .toList())));
    }

    private Uni<Void> tell(Mutiny.Session session, List<ApiKeyEntity> rows, Instant now) {
        return Multi.createFrom()
                .iterable(rows)
                .invoke(row -> row.toldAt = now)
                .onItem()
                .transformToUniAndConcatenate(
                        row -> events.tell(session, now, revision -> row.toKey().toEvent(now, revision)))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /** Deletes what ended long ago, and always leaves the last one for {@link #tellLast}. */
    @Scheduled(every = "1m", delayed = "40s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return quietly("ended API keys not deleted", forget(now()).replaceWithVoid());
    }

    Uni<Integer> forget(Instant now) {
        return transactions.run(
                session -> session.createNativeQuery("delete from api_key where id in (select id from api_key "
                                + "where least(expires_at, revoked_at) < :before "
                                + "and id <> (select id from api_key order by told_at desc limit 1) limit "
                                + DELETED_AT_ONCE + ")")
                        .setParameter("before", now.minus(KEPT_AFTER_ITS_END))
                        .executeUpdate());
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Uni<Void> quietly(String failed, Uni<Void> work) {
        return work.onFailure()
                .invoke(e -> Log.warnf("%s, cause=%s", failed, e))
                .onFailure()
                .recoverWithNull();
    }
}
