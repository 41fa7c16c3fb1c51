package io.tallystick.identity.credential;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.credential.Issuance.Issued;
import io.tallystick.identity.credential.StatusChange.Changed;
import io.tallystick.identity.credential.status.StatusLists;
import io.tallystick.identity.did.Identities;
import io.tallystick.identity.did.Identity;
import io.tallystick.identity.tenant.Tenant;
import io.tallystick.identity.tenant.Tenants;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * All tenants' credentials. One method is one transaction; what a change does to the status list is in it, done by the
 * database. Who changes several things locks the tenant, the identity, the credential and the list in this order.
 */
@ApplicationScoped
class Credentials {
    private final Mutiny.SessionFactory sessions;
    private final Transactions transactions;
    private final Tenants tenants;
    private final Identities identities;
    private final StatusLists lists;
    private final CredentialConfig config;

    Credentials(
            Mutiny.SessionFactory sessions,
            Transactions transactions,
            Tenants tenants,
            Identities identities,
            StatusLists lists,
            CredentialConfig config) {
        this.sessions = sessions;
        this.transactions = transactions;
        this.tenants = tenants;
        this.identities = identities;
        this.lists = lists;
        this.config = config;
    }

    /** Which credential somebody wants. */
    record Wish(UUID id, String tenant, String subject, CredentialType type, Instant from, Instant until) {}

    Uni<Issuance> issue(Wish wish) {
        return tenants.find(wish.tenant).chain(found -> found.map(tenant -> issue(tenant, wish))
                .orElseGet(() -> Uni.createFrom().item(Issuance.Rejected.UNKNOWN_TENANT)));
    }

    /** The tenant's row is locked, so that two at once cannot go beyond the bound; as it is referred to, it may be. */
    private Uni<Issuance> issue(Tenant tenant, Wish wish) {
        return transactions.run(session -> session.createNativeQuery(
                        "select id from tenant where id = :tenant for no key update", String.class)
                .setParameter("tenant", tenant.id())
                .getSingleResult()
                .chain(() -> identities.lock(session, tenant.id(), wish.subject))
                .chain(found -> found.map(identity -> issue(session, tenant, identity, wish))
                        .orElseGet(() -> Uni.createFrom().item(Issuance.Rejected.UNKNOWN_IDENTITY))));
    }

    private Uni<Issuance> issue(Mutiny.Session session, Tenant tenant, Identity identity, Wish wish) {
        if (identity.revoked()) {
            return Uni.createFrom().item(Issuance.Rejected.IDENTITY_REVOKED);
        }
        if (!wish.type.fits(identity)) {
            return Uni.createFrom().item(Issuance.Rejected.NOT_WHAT_IT_IS);
        }
        var says = Attestation.of(tenant, identity, wish.type);
        return excess(session, wish).chain(excess -> excess.<Uni<Issuance>>map(
                        rejected -> Uni.createFrom().item(rejected))
                .orElseGet(() -> add(session, says, wish)));
    }

    private Uni<Optional<Issuance.Rejected>> excess(Mutiny.Session session, Wish wish) {
        return count(session, wish, wish.subject)
                .chain(ofIdentity -> ofIdentity >= config.perIdentity()
                        ? Uni.createFrom().item(Optional.of(Issuance.Rejected.TOO_MANY_OF_IDENTITY))
                        : count(session, wish, "").map(ofTenant -> Optional.of(Issuance.Rejected.TOO_MANY_OF_TENANT)
                                .filter(_ -> ofTenant >= config.perTenant())));
    }

    /**
     * Those that have not expired. Of a tenant's, revoked ones count as well: their places are gone.
     *
     * @param subject whose alone; empty for all of the tenant's
     */
    private static Uni<Long> count(Mutiny.Session session, Wish wish, String subject) {
        return session.createQuery(
                        "select count(*) from CredentialEntity where tenant = :tenant "
                                + "and (:subject = '' or (subject = :subject and revokedAt is null)) and validUntil > :now",
                        Long.class)
                .setParameter("tenant", wish.tenant)
                .setParameter("subject", subject)
                .setParameter("now", wish.from)
                .getSingleResult();
    }

    private Uni<Issuance> add(Mutiny.Session session, Attestation says, Wish wish) {
        return lists.take(session, wish.from)
                .map(place -> Credential.issued(wish.id, says, wish.from, wish.until, place))
                .chain(credential ->
                        session.persist(CredentialEntity.of(credential)).replaceWith(new Issued(credential)));
    }

    Uni<StatusChange> change(String tenant, UUID id, Function<Credential, StatusChange> decision) {
        return transactions.run(session -> session.find(CredentialEntity.class, id, LockModeType.PESSIMISTIC_WRITE)
                .map(row -> row == null || !row.tenant.equals(tenant)
                        ? StatusChange.Rejected.UNKNOWN_CREDENTIAL
                        : change(row, decision)));
    }

    private static StatusChange change(CredentialEntity row, Function<Credential, StatusChange> decision) {
        var decided = decision.apply(row.toCredential());
        if (decided instanceof Changed(var credential)) {
            row.copyFrom(credential);
        }
        return decided;
    }

    Uni<Optional<Credential>> find(String tenant, UUID id) {
        return sessions.withSession(session -> session.find(CredentialEntity.class, id))
                .map(row -> Optional.ofNullable(row)
                        .filter(found -> found.tenant.equals(tenant))
                        .map(CredentialEntity::toCredential));
    }

    /** A tenant's credentials whose id comes after {@code after}, ended ones too, in the order of their ids. */
    Uni<List<Credential>> page(String tenant, UUID after, int limit) {
        return sessions.withSession(session -> session.createQuery(
                                "from CredentialEntity where tenant = :tenant and id > :after order by id",
                                CredentialEntity.class)
                        .setParameter("tenant", tenant)
                        .setParameter("after", after)
                        .setMaxResults(limit)
                        .getResultList())
                .map(rows -> rows.stream().map(CredentialEntity::toCredential).toList());
    }
}
