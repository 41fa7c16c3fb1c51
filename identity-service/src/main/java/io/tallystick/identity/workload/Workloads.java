package io.tallystick.identity.workload;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.did.Identities;
import io.tallystick.identity.did.Identity;
import io.tallystick.identity.workload.Linking.Linked;
import io.tallystick.identity.workload.Linking.Rejected;
import io.tallystick.identity.workload.Linking.Unchanged;
import io.tallystick.identity.workload.Linking.Unlinked;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/** All tenants' programs. One method is one transaction. */
@ApplicationScoped
public class Workloads {
    /** Programs that may act as one identity. */
    static final int MOST_OF_A_DID = 100;

    private final Mutiny.SessionFactory sessions;
    private final Transactions transactions;
    private final Identities identities;

    Workloads(Mutiny.SessionFactory sessions, Transactions transactions, Identities identities) {
        this.sessions = sessions;
        this.transactions = transactions;
        this.identities = identities;
    }

    /** The identity's row is locked: two at once cannot go beyond the bound, and none comes after a revocation. */
    Uni<Linking> link(Workload wished) {
        return transactions.run(session -> identities
                .lock(session, wished.tenant(), wished.did())
                .chain(found -> found.map(identity -> linked(session, identity, wished))
                        .orElseGet(() -> Uni.createFrom().item(Rejected.UNKNOWN_IDENTITY))));
    }

    private static Uni<Linking> linked(Mutiny.Session session, Identity identity, Workload wished) {
        if (identity.revoked()) {
            return Uni.createFrom().item(Rejected.IDENTITY_REVOKED);
        }
        return session.find(WorkloadEntity.class, key(wished))
                .chain(row ->
                        row == null ? added(session, wished) : Uni.createFrom().item(decide(row, wished)));
    }

    private static Linking decide(WorkloadEntity row, Workload wished) {
        var stored = row.toWorkload();
        return stored.says(wished) ? new Unchanged(stored) : Rejected.LINKED_OTHERWISE;
    }

    private static Uni<Linking> added(Mutiny.Session session, Workload wished) {
        return session.createQuery(
                        "select count(*) from WorkloadEntity where tenant = :tenant and did = :did", Long.class)
                .setParameter("tenant", wished.tenant())
                .setParameter("did", wished.did())
                .getSingleResult()
                .chain(count -> count >= MOST_OF_A_DID
                        ? Uni.createFrom().item(Rejected.TOO_MANY)
                        : session.persist(WorkloadEntity.of(wished)).replaceWith(new Linked(wished)));
    }

    Uni<Linking> unlink(String tenant, String platform, String subject) {
        return transactions.run(
                session -> session.find(WorkloadEntity.class, new WorkloadEntity.Key(tenant, platform, subject))
                        .chain(row -> row == null
                                ? Uni.createFrom().item(Rejected.UNKNOWN_WORKLOAD)
                                : session.remove(row).replaceWith(new Unlinked(row.toWorkload()))));
    }

    /** The DID that the program acts as for the tenant. */
    public Uni<Optional<String>> did(String tenant, String platform, String subject) {
        return sessions.withSession(session ->
                        session.find(WorkloadEntity.class, new WorkloadEntity.Key(tenant, platform, subject)))
                .map(row -> Optional.ofNullable(row).map(found -> found.did));
    }

    /** A tenant's programs in the order of platform and subject, from after these two. */
    Uni<List<Workload>> page(String tenant, String afterPlatform, String afterSubject, int limit) {
        return sessions.withSession(session -> session.createQuery(
                                "from WorkloadEntity where tenant = :tenant and (platform > :platform "
                                        + "or (platform = :platform and subject > :subject)) order by platform, subject",
                                WorkloadEntity.class)
                        .setParameter("tenant", tenant)
                        .setParameter("platform", afterPlatform)
                        .setParameter("subject", afterSubject)
                        .setMaxResults(limit)
                        .getResultList())
                .map(rows -> rows.stream().map(WorkloadEntity::toWorkload).toList());
    }

    private static WorkloadEntity.Key key(Workload workload) {
        return new WorkloadEntity.Key(workload.tenant(), workload.platform(), workload.subject());
    }
}
