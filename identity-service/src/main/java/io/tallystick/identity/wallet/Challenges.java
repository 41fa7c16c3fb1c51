package io.tallystick.identity.wallet;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.did.Identities;
import io.tallystick.identity.wallet.Linking.Opened;
import io.tallystick.identity.wallet.Linking.Rejected;
import io.tallystick.identity.wallet.Linking.TooManyChallenges;
import io.tallystick.identity.wallet.proof.Account;
import io.tallystick.identity.wallet.proof.Challenge;
import io.tallystick.identity.wallet.proof.Place;
import io.tallystick.identity.wallet.proof.WalletConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/** All open challenges. One method is one transaction. */
@ApplicationScoped
class Challenges {
    static final Duration LIFETIME = Duration.ofMinutes(5);

    private static final int NONCE_BYTES = 16;

    private final Transactions transactions;
    private final Identities identities;
    private final WalletConfig config;
    private final SecureRandom random = new SecureRandom();

    Challenges(Transactions transactions, Identities identities, WalletConfig config) {
        this.transactions = transactions;
        this.identities = identities;
        this.config = config;
    }

    /** Opens one, while the DID's row is locked: two at once are not one too many. */
    Uni<Linking> open(Place place, String did, Account account, Instant now) {
        var challenge = new Challenge(place, did, account, nonce(), now, now.plus(LIFETIME));
        return transactions.run(session -> identities
                .lock(session, place.tenant(), did)
                .chain(identity -> identity.filter(known -> !known.revoked()).isEmpty()
                        ? Uni.createFrom().item(Rejected.NOT_REGISTERED)
                        : open(session, challenge, now)));
    }

    private String nonce() {
        var bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private Uni<Linking> open(Mutiny.Session session, Challenge challenge, Instant now) {
        return ends(session, challenge, now).chain(ends -> {
            if (ends.size() >= config.openChallenges()) {
                return Uni.createFrom().item(new TooManyChallenges(Duration.between(now, ends.getFirst())));
            }
            return session.persist(ChallengeEntity.of(challenge)).replaceWith(new Opened(challenge));
        });
    }

    private static Uni<List<Instant>> ends(Mutiny.Session session, Challenge challenge, Instant now) {
        return session.createQuery(
                        "select expiresAt from ChallengeEntity where tenant = :tenant and did = :did "
                                + "and expiresAt > :now order by expiresAt",
                        Instant.class)
                .setParameter("tenant", challenge.place().tenant())
                .setParameter("did", challenge.did())
                .setParameter("now", now)
                .getResultList();
    }

    /** Takes the challenge away, so that whatever becomes of it nobody uses it again; empty if there is none (any more). */
    Uni<Optional<Challenge>> claim(Place place, String did, String nonce, Instant now) {
        var key = new ChallengeEntity.Key(place.tenant(), did, nonce);
        return transactions.run(session -> session.find(ChallengeEntity.class, key, LockModeType.PESSIMISTIC_WRITE)
                .chain(row -> row == null
                        ? Uni.createFrom().item(Optional.empty())
                        : session.remove(row)
                                .replaceWith(Optional.of(row.toChallenge(place))
                                        .filter(challenge -> !challenge.expired(now)))));
    }

    /** Deletes what was never used. */
    Uni<Integer> forget(Instant now) {
        return transactions.run(session -> session.createNativeQuery(
                        "delete from wallet_challenge where (tenant, did, nonce) in (select tenant, did, nonce "
                                + "from wallet_challenge where expires_at <= :now limit 1000)")
                .setParameter("now", now)
                .executeUpdate());
    }
}
