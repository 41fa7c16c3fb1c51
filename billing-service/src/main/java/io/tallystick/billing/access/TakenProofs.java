package io.tallystick.billing.access;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.proof.Proof;
import io.tallystick.kit.access.proof.UsedProofs;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Proofs of a key that were taken, shared by all instances: what moves money is asked for once, whichever instance is
 * asked. Kept for little more than a minute, so what can be verified in that time bounds how many there are. One method
 * is one transaction.
 */
@ApplicationScoped
public class TakenProofs implements UsedProofs {
    private static final int DELETED_AT_ONCE = 10_000;

    /** The clock of the database and ours may differ; a row too long kept does no harm. */
    private static final Duration MARGIN = Duration.ofSeconds(60);

    private final Mutiny.SessionFactory sessions;

    TakenProofs(Mutiny.SessionFactory sessions) {
        this.sessions = sessions;
    }

    @Override
    public CompletionStage<Claim> claim(Proof proof, Instant now) {
        return sessions.withTransaction(session -> claim(session, proof.key(), proof.id(), proof.usableUntil()))
                .map(fresh -> fresh ? Claim.FRESH : Claim.USED)
                .subscribeAsCompletionStage();
    }

    /**
     * Takes a proof in the caller's transaction, for what it was shown for somewhere else.
     *
     * @return false if it was taken before
     */
    public Uni<Boolean> claim(Mutiny.Session session, String key, String id, Instant until) {
        return session.createNativeQuery("insert into used_proof (jkt, jti, expires_at) "
                        + "values (:jkt, :jti, :until) on conflict do nothing")
                .setParameter("jkt", key)
                .setParameter("jti", id)
                .setParameter("until", until)
                .executeUpdate()
                .map(rows -> rows == 1);
    }

    @Scheduled(every = "10s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return sessions.withTransaction(session -> session.createNativeQuery("delete from used_proof "
                                + "where (jkt, jti) in (select jkt, jti from used_proof "
                                + "where expires_at < :before limit " + DELETED_AT_ONCE + ")")
                        .setParameter("before", Instant.now().minus(MARGIN))
                        .executeUpdate())
                .onFailure()
                .invoke(e -> Log.warnf("used proofs not deleted, cause=%s", e))
                .onFailure()
                .recoverWithItem(0)
                .replaceWithVoid();
    }
}
