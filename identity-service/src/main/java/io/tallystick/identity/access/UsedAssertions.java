package io.tallystick.identity.access;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.access.ClientAssertions.Verified;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Client assertions that were used, shared by all instances. Kept as long as they would be accepted, so the rate limit
 * bounds how many there are. One method is one transaction.
 */
@ApplicationScoped
class UsedAssertions {
    private static final int DELETED_AT_ONCE = 10_000;

    /** The clock of the database and ours may differ; a row too long kept does no harm. */
    private static final Duration MARGIN = Duration.ofSeconds(60);

    private final Mutiny.SessionFactory sessions;

    UsedAssertions(Mutiny.SessionFactory sessions) {
        this.sessions = sessions;
    }

    /** @return false if an assertion of this DID and {@code jti} was used before */
    Uni<Boolean> claim(Verified assertion) {
        return sessions.withTransaction(session -> session.createNativeQuery("insert into used_assertion "
                                + "(did, jti, expires_at) values (:did, :jti, :until) on conflict do nothing")
                        .setParameter("did", assertion.did())
                        .setParameter("jti", assertion.jti())
                        .setParameter("until", assertion.usableUntil())
                        .executeUpdate())
                .map(rows -> rows == 1);
    }

    @Scheduled(every = "10s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return sessions.withTransaction(session -> session.createNativeQuery("delete from used_assertion "
                                + "where (did, jti) in (select did, jti from used_assertion "
                                + "where expires_at < :before limit " + DELETED_AT_ONCE + ")")
                        .setParameter("before", Instant.now().minus(MARGIN))
                        .executeUpdate())
                .onFailure()
                .invoke(e -> Log.warnf("used assertions not deleted, cause=%s", e))
                .onFailure()
                .recoverWithItem(0)
                .replaceWithVoid();
    }
}
