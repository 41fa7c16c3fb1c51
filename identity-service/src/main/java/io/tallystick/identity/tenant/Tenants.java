package io.tallystick.identity.tenant;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.tenant.TenantCreation.Created;
import io.tallystick.identity.tenant.TenantCreation.Rejected;
import io.tallystick.identity.tenant.TenantCreation.Unchanged;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/** All tenants. One method is one transaction. */
@ApplicationScoped
public class Tenants {
    private final Mutiny.SessionFactory sessions;
    private final Transactions transactions;

    Tenants(Mutiny.SessionFactory sessions, Transactions transactions) {
        this.sessions = sessions;
        this.transactions = transactions;
    }

    /** Inserts and lets the key answer, so that two who create the same tenant at once both succeed. */
    Uni<TenantCreation> create(Tenant tenant) {
        return transactions.run(session -> session.createNativeQuery(
                        "insert into tenant (id, name, created_at) values (:id, :name, :at) on conflict do nothing")
                .setParameter("id", tenant.id())
                .setParameter("name", tenant.name())
                .setParameter("at", tenant.createdAt())
                .executeUpdate()
                .chain(rows -> session.find(TenantEntity.class, tenant.id())
                        .map(row -> decide(rows == 1, row.toTenant(), tenant))));
    }

    private static TenantCreation decide(boolean inserted, Tenant stored, Tenant wished) {
        if (inserted) {
            return new Created(stored);
        }
        return stored.says(wished) ? new Unchanged(stored) : Rejected.ID_TAKEN;
    }

    public Uni<Optional<Tenant>> find(String id) {
        return sessions.withSession(session -> session.find(TenantEntity.class, id))
                .map(row -> Optional.ofNullable(row).map(TenantEntity::toTenant));
    }

    /** Tenants whose id comes after {@code after}, in the order of their ids. */
    Uni<List<Tenant>> page(String after, int limit) {
        return sessions.withSession(session -> session.createQuery(
                                "from TenantEntity where id > :after order by id", TenantEntity.class)
                        .setParameter("after", after)
                        .setMaxResults(limit)
                        .getResultList())
                .map(rows -> rows.stream().map(TenantEntity::toTenant).toList());
    }
}
