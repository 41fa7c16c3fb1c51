package io.tallystick.identity.key;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.events.EventType;
import io.tallystick.events.KeyChanged;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.key.signer.HeldKey;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.kit.access.AccessConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * The keys of all purposes, shared by all instances. One method is one transaction; {@link KeyRing} decides. Keys are
 * made before, by a signer, which may be across the network.
 */
@ApplicationScoped
class StoredKeys {
    /** Longer than the slowest signer takes to make a key. */
    private static final Duration TURN = Duration.ofSeconds(60);

    private static final int MOST_KEYS =
            2 * KeyPurpose.ROTATING.stream().mapToInt(KeyPurpose::mostKeys).sum();

    /**
     * What a look at the database showed.
     *
     * @param held by the id of the key; only of keys that can still sign
     * @param changed the revision of the newest event of a key; it rises with every change of one
     * @param otherRevisions those of the topics without a heartbeat, by the topic's name
     */
    record Look(
            Map<KeyPurpose, KeyRing> rings,
            Map<String, HeldKey> held,
            long changed,
            long keyRevision,
            long didRevision,
            Map<String, Long> otherRevisions) {

        Look {
            rings = Map.copyOf(rings);
            held = Map.copyOf(held);
            otherRevisions = Map.copyOf(otherRevisions);
        }

        KeyRing ring(KeyPurpose purpose) {
            return rings.getOrDefault(purpose, new KeyRing(purpose, List.of()));
        }

        private List<SigningKey> due(Instant now, KeyTimes times) {
            return rings.values().stream()
                    .flatMap(ring -> ring.due(now, times.overlap().get(ring.purpose())).stream())
                    .toList();
        }
    }

    private final Mutiny.SessionFactory sessions;
    private final Transactions transactions;
    private final IdentityEvents events;
    private final KeyTimes times;

    StoredKeys(
            Mutiny.SessionFactory sessions,
            Transactions transactions,
            IdentityEvents events,
            IdentityConfig config,
            AccessConfig access) {
        this.sessions = sessions;
        this.transactions = transactions;
        this.events = events;
        this.times = config.keyTimes(access.clockSkew());
    }

    KeyTimes times() {
        return times;
    }

    /** Looks at the keys, and moves on those whose time has come. */
    Uni<Look> moveOn(Instant now) {
        return sessions.withSession(StoredKeys::look)
                .chain(seen -> seen.due(now, times).isEmpty() ? Uni.createFrom().item(seen) : changeWhatIsDue(now));
    }

    private Uni<Look> changeWhatIsDue(Instant now) {
        return transactions.run(session -> events.lock(session)
                .chain(() -> look(session))
                .chain(seen -> change(session, seen.due(now, times), now))
                .chain(() -> look(session)));
    }

    /** Whether it is this instance's turn to make a key; by the database's clock. The turn ends by itself. */
    Uni<Boolean> takeTurn(KeyPurpose purpose) {
        return sessions.withTransaction(session -> session.createNativeQuery(
                        "update key_turn set taken_until = now() + make_interval(secs => :seconds)"
                                + " where purpose = :purpose and taken_until < now()")
                .setParameter("seconds", (double) TURN.toSeconds())
                .setParameter("purpose", purpose.label())
                .executeUpdate()
                .map(rows -> rows == 1));
    }

    Uni<Void> endTurn(KeyPurpose purpose) {
        return sessions.withTransaction(session -> session.createNativeQuery(
                                "update key_turn set taken_until = 'epoch' where purpose = :purpose")
                        .setParameter("purpose", purpose.label())
                        .executeUpdate())
                .replaceWithVoid();
    }

    /**
     * Takes in a key that was made.
     *
     * @param from when it begins to sign, by the keys that there are now; empty if it is not wanted any more
     * @return the keys after it; empty if it was not wanted
     */
    Uni<Optional<Look>> add(HeldKey made, Instant now, Function<KeyRing, Optional<Instant>> from) {
        return transactions.run(
                session -> events.lock(session).chain(() -> look(session)).chain(seen -> from.apply(
                                seen.ring(made.purpose()))
                        .map(at -> add(session, made, at, now)
                                .chain(() -> look(session))
                                .map(Optional::of))
                        .orElseGet(() -> Uni.createFrom().item(Optional.empty()))));
    }

    /** Revokes what must not be accepted any more, and puts a key in its place if one could be made. */
    Uni<Look> replaceCompromised(KeyPurpose purpose, Optional<HeldKey> made, Instant now) {
        return transactions.run(session -> events.lock(session)
                .chain(() -> look(session))
                .chain(seen -> made.map(key -> add(session, key, now, now))
                        .orElseGet(() -> Uni.createFrom().voidItem())
                        .chain(() -> change(session, seen.ring(purpose).compromised(now), now)))
                .chain(() -> look(session)));
    }

    /** Tells of all accepted keys once more, if the event key is another. */
    Uni<Void> tellAgain(Instant now) {
        return events.tellAgain(
                EventType.KEY_CHANGED.topic(), now, session -> look(session).map(seen -> seen.rings.values().stream()
                        .flatMap(ring -> ring.accepted().stream())
                        .<LongFunction<KeyChanged>>map(key -> revision -> key.toEvent(now, revision))
                        .toList()));
    }

    private Uni<Void> add(Mutiny.Session session, HeldKey made, Instant from, Instant now) {
        var key = SigningKey.active(made, from);
        return session.persist(SigningKeyEntity.of(key, made))
                .chain(() -> events.tell(session, now, revision -> key.toEvent(now, revision)));
    }

    private Uni<Void> change(Mutiny.Session session, List<SigningKey> changed, Instant now) {
        return Multi.createFrom()
                .iterable(changed)
                .onItem()
                .transformToUniAndConcatenate(key -> session.find(SigningKeyEntity.class, key.kid())
                        .invoke(row -> row.copyFrom(key))
                        .chain(() -> events.tell(session, now, revision -> key.toEvent(now, revision))))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /** The revisions first, the keys second: a key revoked in between is missing, and none is there too long. */
    private static Uni<Look> look(Mutiny.Session session) {
        return session.find(RevisionEntity.class, RevisionEntity.ID).chain(revision -> session.createQuery(
                        "from SigningKeyEntity where state <> 'revoked'", SigningKeyEntity.class)
                .setMaxResults(MOST_KEYS)
                .getResultList()
                .map(rows -> look(revision, rows)));
    }

    private static Look look(RevisionEntity revision, List<SigningKeyEntity> rows) {
        var rings = new EnumMap<KeyPurpose, KeyRing>(KeyPurpose.class);
        rows.stream()
                .map(SigningKeyEntity::toSigningKey)
                .collect(Collectors.groupingBy(SigningKey::purpose))
                .forEach((purpose, keys) -> rings.put(purpose, new KeyRing(purpose, keys)));
        return new Look(
                rings,
                rows.stream()
                        .flatMap(row -> row.toHeldKey().stream())
                        .collect(Collectors.toMap(HeldKey::id, Function.identity())),
                Math.max(revision.keys, revision.otherKeys),
                revision.of(EventType.KEY_CHANGED.topic()),
                revision.of(EventType.DID_CHANGED.topic()),
                Stream.of(EventType.GRANT_CHANGED, EventType.API_KEY_CHANGED, EventType.WALLET_CHANGED)
                        .map(EventType::topic)
                        .collect(Collectors.toMap(Function.identity(), revision::of)));
    }
}
