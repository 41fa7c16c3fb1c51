package io.tallystick.identity.grant;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.did.Identities;
import io.tallystick.identity.did.Identity;
import io.tallystick.identity.did.Identity.Role;
import io.tallystick.identity.grant.GrantTree.Asking;
import io.tallystick.identity.grant.GrantVerification.Verified;
import io.tallystick.identity.grant.SpendGrant.Parent;
import io.tallystick.identity.grant.SpendGrant.Root;
import io.tallystick.identity.grant.Submission.Accepted;
import io.tallystick.identity.grant.Submission.Admitted;
import io.tallystick.identity.grant.Submission.Rejected;
import io.tallystick.identity.grant.Submission.Unchanged;
import io.tallystick.identity.grant.Submission.Wider;
import io.tallystick.identity.key.IdentityEvents;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * All tenants' spend grants. One method is one transaction, its events included. Who changes grants of a client takes the client's identity
 * first and keeps it: a child and its parent's revocation take turns, and so do two that would be one too many.
 */
@ApplicationScoped
public class Grants {
    private final Mutiny.SessionFactory sessions;
    private final Transactions transactions;
    private final Identities identities;
    private final IdentityEvents events;
    private final GrantConfig config;

    Grants(
            Mutiny.SessionFactory sessions,
            Transactions transactions,
            Identities identities,
            IdentityEvents events,
            GrantConfig config) {
        this.sessions = sessions;
        this.transactions = transactions;
        this.identities = identities;
        this.events = events;
        this.config = config;
    }

    Uni<Submission> submit(String tenant, Verified verified, Asking who, Instant now) {
        return transactions.run(session -> client(session, tenant, verified.grant())
                .chain(client -> client.isEmpty()
                        ? Uni.createFrom().item(Rejected.UNKNOWN_PARENT)
                        : identities
                                .lock(session, tenant, client.get())
                                .chain(identity -> submit(session, tenant, verified, who, identity, now))));
    }

    /** Whose grant it is: of a child, the parent's. Asked before the lock, which needs to know; it never changes. */
    private static Uni<Optional<String>> client(Mutiny.Session session, String tenant, SpendGrant grant) {
        return switch (grant.origin()) {
            case Root() -> Uni.createFrom().item(Optional.of(grant.issuer()));
            case Parent(var jti, var _) -> client(session, tenant, jti);
        };
    }

    private static Uni<Optional<String>> client(Mutiny.Session session, String tenant, String jti) {
        return session.createQuery("select client from GrantEntity where tenant = :tenant and jti = :jti", String.class)
                .setParameter("tenant", tenant)
                .setParameter("jti", jti)
                .getSingleResultOrNull()
                .map(Optional::ofNullable);
    }

    private Uni<Submission> submit(
            Mutiny.Session session,
            String tenant,
            Verified verified,
            Asking who,
            Optional<Identity> client,
            Instant now) {
        var grant = verified.grant();
        return session.find(GrantEntity.class, new GrantEntity.Key(tenant, grant.jti()))
                .chain(row -> row == null
                        ? fresh(session, tenant, verified, who, client, now)
                        : Uni.createFrom().item(again(row.toGrant(), grant, who)));
    }

    private static Submission again(KeptGrant kept, SpendGrant wished, Asking who) {
        if (!kept.is(wished)) {
            return Rejected.JTI_TAKEN;
        }
        return who.sees(kept) ? new Unchanged(kept) : Rejected.NOT_YOURS;
    }

    private Uni<Submission> fresh(
            Mutiny.Session session,
            String tenant,
            Verified verified,
            Asking who,
            Optional<Identity> client,
            Instant now) {
        var grant = verified.grant();
        if (!who.owner()
                && !who.did().equals(grant.issuer())
                && client.filter(known -> known.did().equals(who.did())).isEmpty()) {
            return Uni.createFrom().item(Rejected.NOT_YOURS);
        }
        if (client.filter(known -> !known.revoked() && known.roles().contains(Role.CLIENT))
                .isEmpty()) {
            return Uni.createFrom().item(Rejected.NO_CLIENT);
        }
        return identities
                .find(session, tenant, grant.agent().did())
                .chain(agent -> agent.filter(Identity::revoked).isPresent()
                        ? Uni.createFrom().item(Rejected.AGENT_REVOKED)
                        : placed(session, tenant, verified, now));
    }

    private Uni<Submission> placed(Mutiny.Session session, String tenant, Verified verified, Instant now) {
        return switch (verified.grant().origin()) {
            case Root() -> added(session, KeptGrant.root(tenant, verified, now), now);
            case Parent(var jti, var _) ->
                session.find(GrantEntity.class, new GrantEntity.Key(tenant, jti))
                        .chain(row -> row == null
                                ? Uni.createFrom().item(Rejected.UNKNOWN_PARENT)
                                : below(session, row.toGrant(), verified, now));
        };
    }

    private Uni<Submission> below(Mutiny.Session session, KeptGrant parent, Verified verified, Instant now) {
        return switch (parent.admits(verified, now)) {
            case Admitted() -> added(session, parent.child(verified, now), now);
            case Wider wider -> Uni.createFrom().item(wider);
            case Rejected rejected -> Uni.createFrom().item(rejected);
        };
    }

    private Uni<Submission> added(Mutiny.Session session, KeptGrant kept, Instant now) {
        return ofClient(session, kept, now)
                .chain(ofClient -> ofClient >= config.perClient()
                        ? Uni.createFrom().item(Rejected.TOO_MANY_GRANTS)
                        : inTree(session, kept)
                                .chain(inTree -> inTree >= config.treeSize()
                                        ? Uni.createFrom().item(Rejected.TREE_FULL)
                                        : session.persist(GrantEntity.of(kept))
                                                .chain(() -> events.tell(session, now, kept::toEvent))
                                                .replaceWith(new Accepted(kept))));
    }

    private static Uni<Long> ofClient(Mutiny.Session session, KeptGrant kept, Instant now) {
        return session.createQuery(
                        "select count(*) from GrantEntity where tenant = :tenant and client = :client "
                                + "and expiresAt > :now and revokedAt is null",
                        Long.class)
                .setParameter("tenant", kept.tenant())
                .setParameter("client", kept.place().client())
                .setParameter("now", now)
                .getSingleResult();
    }

    private static Uni<Long> inTree(Mutiny.Session session, KeptGrant kept) {
        return session.createQuery(
                        "select count(*) from GrantEntity where tenant = :tenant and root = :root", Long.class)
                .setParameter("tenant", kept.tenant())
                .setParameter("root", kept.place().root())
                .getSingleResult();
    }

    /** Revokes a grant and all below it. */
    Uni<Revocation> revoke(String tenant, String jti, Asking who, Instant now) {
        return transactions.run(session -> client(session, tenant, jti)
                .chain(client -> client.isEmpty()
                        ? Uni.createFrom().item(Revocation.Rejected.UNKNOWN_GRANT)
                        : identities
                                .lock(session, tenant, client.get())
                                .chain(() -> tree(session, tenant, jti))
                                .chain(rows -> revoke(session, rows, jti, who, now))));
    }

    private static Uni<List<GrantEntity>> tree(Mutiny.Session session, String tenant, String jti) {
        return session.createQuery(
                        "from GrantEntity where tenant = :tenant and root = "
                                + "(select root from GrantEntity where tenant = :tenant and jti = :jti)",
                        GrantEntity.class)
                .setParameter("tenant", tenant)
                .setParameter("jti", jti)
                .getResultList();
    }

    private Uni<Revocation> revoke(
            Mutiny.Session session, List<GrantEntity> rows, String jti, Asking who, Instant now) {
        var tree = new GrantTree(rows.stream().map(GrantEntity::toGrant).toList());
        var decided = tree.revoke(jti, who, now);
        return decided instanceof Revocation.Revoked(var changed)
                ? changed(session, rows, changed, now).replaceWith(decided)
                : Uni.createFrom().item(decided);
    }

    private Uni<Void> changed(Mutiny.Session session, List<GrantEntity> rows, List<KeptGrant> changed, Instant now) {
        var byJti = rows.stream().collect(Collectors.toMap(row -> row.jti, Function.identity()));
        return Multi.createFrom()
                .iterable(changed)
                .invoke(kept -> byJti.get(kept.jti()).copyFrom(kept))
                .onItem()
                .transformToUniAndConcatenate(kept -> events.tell(session, now, kept::toEvent))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /** The grant, if it may be spent now; a parent's end is its own, and a lost access is looked up. */
    public Uni<Optional<KeptGrant>> holding(String tenant, String jti, Instant now) {
        return sessions.withSession(session -> session.find(GrantEntity.class, new GrantEntity.Key(tenant, jti))
                .chain(row -> row == null || !row.toGrant().holds(now)
                        ? Uni.createFrom().item(Optional.empty())
                        : accessOf(session, row.toGrant())));
    }

    /** The grant of this text, if it was submitted and may be spent now. */
    public Uni<Optional<KeptGrant>> holding(String text, Instant now) {
        return GrantVerifier.named(text)
                .map(named -> holding(named.tenant(), named.jti(), now)
                        // The very text: what else it says was verified when it was submitted.
                        .map(found -> found.filter(kept -> kept.text().equals(text))))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()));
    }

    private Uni<Optional<KeptGrant>> accessOf(Mutiny.Session session, KeptGrant kept) {
        return identities.find(session, kept.tenant(), kept.place().client()).chain(client -> identities
                .find(session, kept.tenant(), kept.grant().agent().did())
                .map(agent -> client.isEmpty()
                                || client.get().revoked()
                                || agent.filter(Identity::revoked).isPresent()
                        ? Optional.empty()
                        : Optional.of(kept)));
    }

    Uni<Optional<KeptGrant>> find(String tenant, String jti, Asking who) {
        return sessions.withSession(session -> session.find(GrantEntity.class, new GrantEntity.Key(tenant, jti)))
                .map(row -> Optional.ofNullable(row).map(GrantEntity::toGrant).filter(who::sees));
    }

    /** A tenant's grants whose jti comes after {@code after}, ended ones too, in the order of their jti. */
    Uni<List<KeptGrant>> page(String tenant, Asking who, String after, int limit) {
        return sessions.withSession(session -> session.createQuery(
                                "from GrantEntity where tenant = :tenant and jti > :after "
                                        + "and (:owner = true or :did in (client, issuer, agent)) order by jti",
                                GrantEntity.class)
                        .setParameter("tenant", tenant)
                        .setParameter("after", after)
                        .setParameter("owner", who.owner())
                        .setParameter("did", who.did())
                        .setMaxResults(limit)
                        .getResultList())
                .map(rows -> rows.stream().map(GrantEntity::toGrant).toList());
    }
}
