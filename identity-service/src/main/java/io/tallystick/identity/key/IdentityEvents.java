package io.tallystick.identity.key;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.EventType;
import io.tallystick.events.KeyChanged;
import io.tallystick.events.KeyChanged.Purpose;
import io.tallystick.kit.access.IdentityView;
import io.tallystick.kit.outbox.Outbox;
import io.tallystick.kit.outbox.OutboxMessage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
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
    private final Mutiny.SessionFactory sessions;
    private final Set<String> looked = ConcurrentHashMap.newKeySet();

    IdentityEvents(EventSigner signer, Outbox outbox, Mutiny.SessionFactory sessions) {
        this.signer = signer;
        this.outbox = outbox;
        this.sessions = sessions;
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
        boolean announced = !(said instanceof KeyChanged key) || key.purpose() == Purpose.ACCESS_TOKEN;
        if (announced) {
            row.reached(topic, revision, now);
        } else {
            row.reachedOtherKey(revision);
        }

        // A slot of its own: taking the place of one that waits would let a later revision overtake an earlier.
        var message = new OutboxMessage(
                topic,
                said.key(),
                slot(topic, announced, revision),
                IdentityView.MEDIA_TYPE,
                signer.sign(topic, said, now),
                "");
        return outbox.put(session, List.of(message));
    }

    /** The version before counts on without the others, so that a revision may come twice during a roll-out. */
    private static String slot(String topic, boolean announced, long revision) {
        return topic + (announced ? " " : " other ") + revision;
    }

    /**
     * Tells what new readers of a topic need once more, if another key signed it that is not believed any more. While two
     * are believed nothing has to be told again. Looks once in a process' life, and does it once for all instances.
     *
     * @param needed the events, in an order in which they may be read
     */
    public Uni<Void> tellAgain(
            String topic,
            Instant now,
            Function<Mutiny.Session, Uni<? extends List<? extends LongFunction<? extends DomainEvent>>>> needed) {
        if (!signer.isAlone() || looked.contains(topic)) {
            return Uni.createFrom().voidItem();
        }
        return sessions.withTransaction(session -> lock(session).chain(row -> {
                    boolean same = row.signedBy(topic).orElse(signer.didKey()).equals(signer.didKey());
                    row.signedAgain(topic, signer.didKey());
                    return same ? Uni.createFrom().voidItem() : tellAll(session, row, topic, now, needed);
                }))
                .invoke(() -> looked.add(topic));
    }

    private Uni<Void> tellAll(
            Mutiny.Session session,
            RevisionEntity row,
            String topic,
            Instant now,
            Function<Mutiny.Session, Uni<? extends List<? extends LongFunction<? extends DomainEvent>>>> needed) {
        return needed.apply(session)
                .invoke(events ->
                        Log.infof("events told again with another event key, topic=%s, count=%d", topic, events.size()))
                .chain(events -> Multi.createFrom()
                        .iterable(events)
                        .onItem()
                        .transformToUniAndConcatenate(event -> tell(session, row, now, event))
                        .collect()
                        .asList())
                .replaceWithVoid();
    }

    /** Whether there are events of grants, and the newest was told before {@code time}. */
    public Uni<Boolean> grantsWereToldBefore(Mutiny.Session session, Instant time) {
        return lock(session).map(row -> row.grants > 0 && row.grantsToldAt.isBefore(time));
    }

    /** Whether there are events of wallets, and the newest was told before {@code time}. */
    public Uni<Boolean> walletsWereToldBefore(Mutiny.Session session, Instant time) {
        return lock(session).map(row -> row.wallets > 0 && row.walletsToldAt.isBefore(time));
    }

    /** As telling does, makes other writers wait until the transaction of {@code session} ends. */
    public Uni<Void> takeTurn(Mutiny.Session session) {
        return lock(session).replaceWithVoid();
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
