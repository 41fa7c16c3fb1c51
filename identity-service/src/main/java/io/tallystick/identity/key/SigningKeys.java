package io.tallystick.identity.key;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.events.EventType;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.kit.access.AccessConfig;
import io.tallystick.kit.access.AccessToken;
import io.tallystick.kit.access.Ed25519Signer;
import io.tallystick.kit.problem.UnavailableException;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * The keys that sign access tokens, shared by all instances through the database. One method is one transaction;
 * {@link KeyRing} decides. Between two looks an instance signs with what it saw last.
 */
@ApplicationScoped
public class SigningKeys {
    private static final String PURPOSE = "access_token";
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    /**
     * What a look at the database showed.
     *
     * @param sealed the private keys, encrypted, by the id of their key
     * @param otherRevisions those of the topics without a heartbeat, by the topic's name
     */
    record Look(
            KeyRing ring,
            Map<String, byte[]> sealed,
            long keyRevision,
            long didRevision,
            Map<String, Long> otherRevisions) {}

    private final Mutiny.SessionFactory sessions;
    private final Transactions transactions;
    private final IdentityEvents events;
    private final MasterKey master;
    private final Duration overlap;
    private final Duration notice;
    private final SecureRandom random = new SecureRandom();
    private volatile KeyRing ring = new KeyRing(List.of());
    private volatile Map<String, Ed25519Signer> signers = Map.of();

    SigningKeys(
            Mutiny.SessionFactory sessions,
            Transactions transactions,
            IdentityEvents events,
            IdentityConfig config,
            AccessConfig access) {
        this.sessions = sessions;
        this.transactions = transactions;
        this.events = events;
        this.master = new MasterKey(SecretFile.read(config.masterKeyFile(), "tallystick.identity.master-key-file"));
        this.overlap = Duration.ofSeconds(AccessToken.MAX_LIFETIME_SECONDS)
                .plus(access.clockSkew().multipliedBy(2));
        this.notice = config.rotationNotice();
        if (notice.isNegative() || notice.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalStateException("tallystick.identity.rotation-notice must be at most 1 h: " + notice);
        }
    }

    /** An access token with these claims. @throws UnavailableException before the first key is there */
    public String signAccessToken(byte[] claims, Instant now) {
        var kid = ring.signer(now)
                .map(SigningKey::kid)
                .filter(signers::containsKey)
                .orElseThrow(() -> new UnavailableException("signing key", RETRY_AFTER, null));
        return signers.get(kid).compactJws("{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"" + kid + "\"}", claims);
    }

    /** The keys as last seen. */
    KeyRing ring() {
        return ring;
    }

    boolean canSign(Instant now) {
        return ring.signer(now)
                .map(SigningKey::kid)
                .filter(signers::containsKey)
                .isPresent();
    }

    /** Looks at the keys, makes the first one, and moves on those whose time has come. */
    Uni<Look> refresh(Instant now) {
        return sessions.withSession(SigningKeys::look)
                .chain(seen ->
                        isDue(seen.ring, now) ? moveOn(now) : Uni.createFrom().item(seen))
                .invoke(this::remember);
    }

    private boolean isDue(KeyRing seen, Instant now) {
        return seen.signer(now).isEmpty() || !seen.due(now, overlap).isEmpty();
    }

    private Uni<Look> moveOn(Instant now) {
        return transactions.run(session -> events.lock(session)
                .chain(() -> look(session))
                .chain(seen -> moveOn(session, seen.ring, now))
                .chain(() -> look(session)));
    }

    private Uni<Void> moveOn(Mutiny.Session session, KeyRing seen, Instant now) {
        var first = seen.signer(now).isEmpty()
                ? add(session, now, now)
                : Uni.createFrom().voidItem();
        return first.chain(() -> change(session, seen.due(now, overlap), now));
    }

    /**
     * Makes a key that takes the place of the present one.
     *
     * @param compromised whether nothing that a present key signed may be accepted any more
     * @return the keys after it; empty if the last rotation has not come to its end
     */
    Uni<Optional<KeyRing>> rotate(boolean compromised, Instant now) {
        return transactions
                .run(session -> events.lock(session)
                        .chain(() -> look(session))
                        .chain(seen -> compromised || seen.ring.mayRotate(now)
                                ? replace(session, seen.ring, compromised, now).map(Optional::of)
                                : Uni.createFrom().item(Optional.<Look>empty())))
                .invoke(done -> done.ifPresent(this::remember))
                .map(done -> done.map(Look::ring));
    }

    private Uni<Look> replace(Mutiny.Session session, KeyRing seen, boolean compromised, Instant now) {
        var from = compromised ? now : now.plus(notice);
        var out = compromised ? seen.allRevoked(now) : List.<SigningKey>of();
        return add(session, now, from).chain(() -> change(session, out, now)).chain(() -> look(session));
    }

    private Uni<Void> add(Mutiny.Session session, Instant now, Instant from) {
        var seed = new byte[32];
        random.nextBytes(seed);
        var key = SigningKey.active(new Ed25519Signer(seed).publicKey(), from);
        var row = SigningKeyEntity.of(key, master.seal(seed, key.kid(), PURPOSE, random));
        return session.persist(row).chain(() -> events.tell(session, now, revision -> key.toEvent(now, revision)));
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
                .setMaxResults(2 * KeyRing.MAX_LIVE_KEYS)
                .getResultList()
                .map(rows -> look(revision, rows)));
    }

    private static Look look(RevisionEntity revision, List<SigningKeyEntity> rows) {
        return new Look(
                new KeyRing(rows.stream().map(SigningKeyEntity::toSigningKey).toList()),
                rows.stream().collect(Collectors.toMap(row -> row.kid, row -> row.sealed)),
                revision.of(EventType.KEY_CHANGED.topic()),
                revision.of(EventType.DID_CHANGED.topic()),
                Map.of(
                        EventType.GRANT_CHANGED.topic(), revision.of(EventType.GRANT_CHANGED.topic()),
                        EventType.API_KEY_CHANGED.topic(), revision.of(EventType.API_KEY_CHANGED.topic())));
    }

    /** A private key is opened when it is first seen, and forgotten when its key is. */
    private void remember(Look look) {
        var known = signers;
        var opened = new HashMap<String, Ed25519Signer>();
        look.sealed.forEach((kid, secret) -> opened.put(
                kid, known.containsKey(kid) ? known.get(kid) : new Ed25519Signer(master.open(secret, kid, PURPOSE))));
        signers = Map.copyOf(opened);
        ring = look.ring;
    }
}
