package io.tallystick.identity.grant;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.events.EventType;
import io.tallystick.events.GrantChanged;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.grant.GrantTree.Asking;
import io.tallystick.identity.key.IdentityEvents;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.LongFunction;
import org.hibernate.reactive.mutiny.Mutiny;

/** What happens to grants without anyone asking for it. Any instance may do it, and two at once do no harm. */
@ApplicationScoped
class GrantUpkeep {
    /** The topic keeps an event for forty days, and must always have the newest: a new reader waits for it. */
    static final Duration TELL_AGAIN_AFTER = Duration.ofDays(7);

    /** As long as its events are on the topic. */
    static final Duration KEPT_AFTER_ITS_END = Duration.ofDays(40);

    /** Long enough for an installation that was down; each look then reads few of all that ever were revoked. */
    private static final Duration REVOKED_SINCE = Duration.ofDays(7);

    /** As many as a service knows; one transaction takes them in some tens of seconds, and it happens once in years. */
    private static final int MOST_TOLD_AGAIN = 50_000;

    private static final int REVOKED_AT_ONCE = 100;
    private static final int DELETED_AT_ONCE = 1_000;

    private final Mutiny.SessionFactory sessions;
    private final Transactions transactions;
    private final Grants grants;
    private final IdentityEvents events;

    GrantUpkeep(Mutiny.SessionFactory sessions, Transactions transactions, Grants grants, IdentityEvents events) {
        this.sessions = sessions;
        this.transactions = transactions;
        this.grants = grants;
        this.events = events;
    }

    /**
     * Revokes the grants of clients and agents that lost their access. The other services refuse them already, by the
     * identity's own event, but forget that one after minutes.
     */
    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> revokeWithTheirHolders() {
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return quietly(
                "grants of revoked identities not revoked", ofRevoked(now).chain(found -> revoke(found, now)));
    }

    private Uni<Void> revoke(List<GrantEntity> found, Instant now) {
        return Multi.createFrom()
                .iterable(found)
                .onItem()
                .transformToUniAndConcatenate(
                        row -> grants.revoke(row.tenant, row.jti, new Asking(row.agent, true), now))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private Uni<List<GrantEntity>> ofRevoked(Instant now) {
        return sessions.withSession(session -> session.createQuery(
                        "from GrantEntity g where g.revokedAt is null and g.expiresAt > :now and exists "
                                + "(select 1 from IdentityEntity i where i.tenant = g.tenant "
                                + "and (i.did = g.client or i.did = g.agent) and i.revokedAt > :since) "
                                + "order by g.level",
                        GrantEntity.class)
                .setParameter("since", now.minus(REVOKED_SINCE))
                .setParameter("now", now)
                .setMaxResults(REVOKED_AT_ONCE)
                .getResultList());
    }

    /** Says the last grant's state once more, when nothing was said of any for long. */
    @Scheduled(every = "1h", delayed = "1m", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> tellAgain() {
        return quietly("last grant not told again", tellAgain(Instant.now().truncatedTo(ChronoUnit.MILLIS)));
    }

    Uni<Void> tellAgain(Instant now) {
        return transactions.run(session -> events.grantsWereToldBefore(session, now.minus(TELL_AGAIN_AFTER))
                .chain(due -> due ? last(session) : Uni.createFrom().item(List.<GrantEntity>of()))
                .chain(rows -> rows.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : events.tell(session, now, rows.getFirst().toGrant()::toEvent)));
    }

    private static Uni<List<GrantEntity>> last(Mutiny.Session session) {
        return session.createQuery("from GrantEntity order by receivedAt desc", GrantEntity.class)
                .setMaxResults(1)
                .getResultList();
    }

    /** Tells of all grants that may hold once more, the ones above first, if the event key is another. */
    @Scheduled(every = "10s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> tellAllAgain() {
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return quietly(
                "grants not told again",
                events.tellAgain(EventType.GRANT_CHANGED.topic(), now, session -> session.createQuery(
                                "from GrantEntity where (revokedAt is null and expiresAt > :now) or receivedAt = "
                                        + "(select max(receivedAt) from GrantEntity) order by level",
                                GrantEntity.class)
                        .setParameter("now", now)
                        .setMaxResults(MOST_TOLD_AGAIN)
                        .getResultList()
                        .map(rows -> rows.stream()
                                .map(GrantEntity::toGrant)
                                .<LongFunction<GrantChanged>>map(kept -> kept::toEvent)
                                .toList())));
    }

    /** Deletes what ended long ago, a child before its parent, and always leaves the last tree for {@link #tellAgain}. */
    @Scheduled(every = "1m", delayed = "10s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return quietly("ended grants not deleted", forget(Instant.now()).replaceWithVoid());
    }

    Uni<Integer> forget(Instant now) {
        return transactions.run(session -> session.createNativeQuery("delete from spend_grant "
                        + "where (tenant, jti) in (select tenant, jti from spend_grant "
                        + "where expires_at < :before and (tenant, root) not in "
                        + "(select tenant, root from spend_grant order by received_at desc limit 1) "
                        + "order by expires_at, level desc limit " + DELETED_AT_ONCE + ")")
                .setParameter("before", now.minus(KEPT_AFTER_ITS_END))
                .executeUpdate());
    }

    private static Uni<Void> quietly(String failed, Uni<Void> work) {
        return work.onFailure()
                .invoke(e -> Log.warnf("%s, cause=%s", failed, e))
                .onFailure()
                .recoverWithNull();
    }
}
