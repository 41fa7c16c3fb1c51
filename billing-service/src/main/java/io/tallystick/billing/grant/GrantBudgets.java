package io.tallystick.billing.grant;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.events.GrantChanged;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * What was spent under each grant. Most methods are a step of the transaction that changes the hold; {@link GrantBudget}
 * decides. Budgets are locked after the channel, and in the order of their ids, everywhere.
 */
@ApplicationScoped
public class GrantBudgets {
    /** Most budgets on one page. */
    static final int PAGE = 100;

    private static final String OPEN = """
            insert into grant_budget (id, tenant, jti, parent, client, agent, asset, budget, expires_at)
            values (:id, :tenant, :jti, :parent, :client, :agent, :asset, :budget, :expiresAt)
            on conflict do nothing
            """;

    private final Database database;

    GrantBudgets(Database database) {
        this.database = database;
    }

    /** The budgets of a line, locked until the caller's transaction ends. */
    public static final class Locked {
        private final List<GrantBudgetEntity> rows;

        private Locked(List<GrantBudgetEntity> rows) {
            this.rows = List.copyOf(rows);
        }

        /** The one that has the least left. */
        public GrantBudget narrowest() {
            return GrantBudgets.narrowest(rows).orElseThrow();
        }

        /** Whether all would have room for {@code maximum} if the calls under way cost nothing. */
        public boolean mayHaveRoomFor(TokenAmount maximum) {
            return rows.stream().noneMatch(row -> maximum.exceeds(row.toBudget().unspent()));
        }
    }

    /** A budget as its client and its owner may see it. */
    record Spending(GrantBudget budget, String parent, String client, String agent) {}

    /** Locks the budgets of a line, and opens those that nobody spent from before. */
    public Uni<Locked> lock(Mutiny.Session session, GrantLine line) {
        var ids = line.grants().stream().map(GrantBudgetEntity::id).toList();
        return lock(session, ids)
                .chain(rows -> rows.size() == ids.size()
                        ? Uni.createFrom().item(rows)
                        : open(session, line.grants()).chain(() -> lock(session, ids)))
                .map(Locked::new);
    }

    /** Counts a call's maximum against a line that has room for it. */
    public Uni<Void> hold(Mutiny.Session session, Locked line, UUID hold, TokenAmount maximum) {
        line.rows.forEach(row -> row.copyFrom(row.toBudget().hold(maximum)));
        var holds = line.rows.stream()
                .map(row -> GrantHoldEntity.of(hold, row, maximum.units()))
                .toArray();
        return session.persistAll(holds);
    }

    /** As much of {@code wanted} as the budgets that a hold counts against have left, now that it was let go. */
    public Uni<TokenAmount> room(Mutiny.Session session, UUID hold, TokenAmount wanted) {
        return holdsOf(session, hold)
                .chain(holds -> lock(session, budgets(holds)))
                .map(rows -> rows.stream().map(row -> row.toBudget().left()).reduce(wanted, TokenAmount::lesser));
    }

    /** Ends a hold's part of the budgets; again, it changes nothing. A hold under no grant has none. */
    public Uni<Void> end(Mutiny.Session session, UUID hold, TokenAmount charge) {
        return holdsOf(session, hold)
                .chain(holds -> lock(session, budgets(holds)).invoke(rows -> end(holds, rows, charge)))
                .replaceWithVoid();
    }

    private static void end(List<GrantHoldEntity> holds, List<GrantBudgetEntity> rows, TokenAmount charge) {
        var byId = rows.stream().collect(Collectors.toMap(row -> row.id, row -> row));
        for (var hold : holds) {
            if (hold.spent.signum() == 0) {
                var row = byId.get(hold.grantBudget);
                row.copyFrom(row.toBudget().end(new TokenAmount(charge.asset(), hold.held), charge));
                hold.held = BigInteger.ZERO;
                hold.spent = charge.units();
            }
        }
    }

    /** One budget of a tenant; none if nobody spent from it yet. */
    Uni<Optional<Spending>> find(String tenant, String jti) {
        return database.inTransaction(session -> session.find(GrantBudgetEntity.class, tenant + "/" + jti)
                .map(row -> Optional.ofNullable(row).map(GrantBudgets::shown)));
    }

    /**
     * A tenant's budgets after {@code after} in the order of their names, at most {@link #PAGE}.
     *
     * @param client whose grants they are; empty for all
     */
    Uni<List<Spending>> page(String tenant, Optional<String> client, String after) {
        var ofClient = client.isPresent() ? " and client = :client" : "";
        return database.inTransaction(session -> {
            var query = session.createSelectionQuery(
                            "from GrantBudget where tenant = :tenant and jti > :after" + ofClient + " order by jti",
                            GrantBudgetEntity.class)
                    .setParameter("tenant", tenant)
                    .setParameter("after", after)
                    .setMaxResults(PAGE);
            client.ifPresent(did -> query.setParameter("client", did));
            return query.getResultList()
                    .map(rows -> rows.stream().map(GrantBudgets::shown).toList());
        });
    }

    /** The budget that has the least left of those that a hold counts against; empty if it counts against none. */
    public Uni<Optional<GrantBudget>> narrowestOf(UUID hold) {
        return database.inTransaction(session -> session.createSelectionQuery(
                                "select b from GrantBudget b join GrantHold h on h.grantBudget = b.id where h.hold = :hold",
                                GrantBudgetEntity.class)
                        .setParameter("hold", hold)
                        .getResultList())
                .map(GrantBudgets::narrowest);
    }

    private static Optional<GrantBudget> narrowest(List<GrantBudgetEntity> rows) {
        return rows.stream().map(GrantBudgetEntity::toBudget).min(Comparator.comparing(budget -> budget.left()
                .units()));
    }

    private static Spending shown(GrantBudgetEntity row) {
        return new Spending(row.toBudget(), row.parent, row.client, row.agent);
    }

    private static Uni<List<GrantBudgetEntity>> lock(Mutiny.Session session, List<String> ids) {
        return ids.isEmpty()
                ? Uni.createFrom().item(List.of())
                : session.createSelectionQuery(
                                "from GrantBudget where id in (:ids) order by id", GrantBudgetEntity.class)
                        .setParameter("ids", ids)
                        .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                        .getResultList();
    }

    private static Uni<Void> open(Mutiny.Session session, List<GrantChanged> grants) {
        var done = Uni.createFrom().voidItem();
        for (var grant : grants) {
            done = done.chain(() -> open(session, grant)).replaceWithVoid();
        }
        return done;
    }

    private static Uni<Integer> open(Mutiny.Session session, GrantChanged grant) {
        return session.createNativeQuery(OPEN)
                .setParameter("id", GrantBudgetEntity.id(grant))
                .setParameter("tenant", grant.tenant())
                .setParameter("jti", grant.jti())
                .setParameter("parent", grant.parent())
                .setParameter("client", grant.client())
                .setParameter("agent", grant.agent().did())
                .setParameter("asset", grant.limits().asset())
                .setParameter("budget", grant.limits().budgetUnits())
                .setParameter("expiresAt", grant.limits().expiresAt())
                .executeUpdate();
    }

    private static Uni<List<GrantHoldEntity>> holdsOf(Mutiny.Session session, UUID hold) {
        return session.createSelectionQuery("from GrantHold where hold = :hold", GrantHoldEntity.class)
                .setParameter("hold", hold)
                .getResultList();
    }

    private static List<String> budgets(List<GrantHoldEntity> holds) {
        return holds.stream().map(hold -> hold.grantBudget).toList();
    }
}
