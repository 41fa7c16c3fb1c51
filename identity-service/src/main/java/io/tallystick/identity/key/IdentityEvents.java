package io.tallystick.identity.key;

import io.smallrye.mutiny.Uni;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.EventType;
import io.tallystick.kit.access.IdentityView;
import io.tallystick.kit.outbox.Outbox;
import io.tallystick.kit.outbox.OutboxMessage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.function.LongFunction;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * What identity tells the other services, signed. The revision's row is locked until the transaction ends: two writers
 * take turns, so that revisions reach the topics in their order.
 */
@ApplicationScoped
public class IdentityEvents {
    private final EventSigner signer;
    private final Outbox outbox;

    IdentityEvents(EventSigner signer, Outbox outbox) {
        this.signer = signer;
        this.outbox = outbox;
    }

    /**
     * Tells an event, if the transaction of {@code session} commits.
     *
     * @param event makes the event of the revision that it gets
     */
    public Uni<Void> tell(Mutiny.Session session, Instant now, LongFunction<? extends DomainEvent> event) {
        return lock(session).chain(row -> tell(session, row, now, event));
    }

    private Uni<Void> tell(
            Mutiny.Session session, RevisionEntity row, Instant now, LongFunction<? extends DomainEvent> event) {
        var revision = row.next();
        var said = event.apply(revision);
        var topic = EventType.of(said).topic();
        row.reached(topic, revision, now);

        // A slot of its own: taking the place of one that waits would let a later revision overtake an earlier.
        var message = new OutboxMessage(
                topic, said.key(), topic + " " + revision, IdentityView.MEDIA_TYPE, signer.sign(topic, said, now), "");
        return outbox.put(session, List.of(message));
    }

    /** Whether there are events of grants, and the newest was told before {@code time}. */
    public Uni<Boolean> grantsWereToldBefore(Mutiny.Session session, Instant time) {
        return lock(session).map(row -> row.grants > 0 && row.grantsToldAt.isBefore(time));
    }

    /** Whether there are events of API keys, and the newest was told before {@code time}. */
    public Uni<Boolean> apiKeysWereToldBefore(Mutiny.Session session, Instant time) {
        return lock(session).map(row -> row.apiKeys > 0 && row.apiKeysToldAt.isBefore(time));
    }

    /** Makes other writers wait until the transaction of {@code session} ends. */
    Uni<RevisionEntity> lock(Mutiny.Session session) {
        return session.find(RevisionEntity.class, RevisionEntity.ID, LockModeType.PESSIMISTIC_WRITE);
    }
}
