package io.tallystick.billing.ledger;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.util.List;
import org.hibernate.reactive.mutiny.Mutiny;

/** What accounts' transfers add up to, by the database. Says the same as {@link Balance} of all transfers. */
@ApplicationScoped
public class Balances {
    private static final String PAGE = """
            with entry as (
                select t.*, coalesce(end_of.kind, t.kind) as outcome
                from transfer t left join transfer end_of on end_of.pending_id = t.id
                where t.tenant = :tenant and t.units is not null
            ), side as (
                select asset, debit as account, outcome, units as debit, 0 as credit from entry
                union all
                select asset, credit, outcome, 0, units from entry
            )
            select asset, account,
                coalesce(sum(debit) filter (where outcome in ('POSTED', 'POST')), 0),
                coalesce(sum(credit) filter (where outcome in ('POSTED', 'POST')), 0),
                coalesce(sum(debit) filter (where outcome = 'PENDING'), 0),
                coalesce(sum(credit) filter (where outcome = 'PENDING'), 0)
            from side
            where (asset, account) > (:asset, :account)
            group by asset, account
            order by asset, account
            """;

    /** An account and its balance. */
    public record AccountBalance(String asset, String account, Balance balance) {}

    /** A page of a tenant's accounts, in the order of asset and name. */
    public Uni<List<AccountBalance>> page(
            Mutiny.Session session, String tenant, String afterAsset, String afterAccount, int limit) {
        return session.createNativeQuery(PAGE, Object[].class)
                .setParameter("tenant", tenant)
                .setParameter("asset", afterAsset)
                .setParameter("account", afterAccount)
                .setMaxResults(limit)
                .getResultList()
                .map(rows -> rows.stream().map(Balances::balance).toList());
    }

    private static AccountBalance balance(Object[] row) {
        return new AccountBalance(
                (String) row[0],
                (String) row[1],
                new Balance(
                        ((BigDecimal) row[2]).toBigIntegerExact(),
                        ((BigDecimal) row[3]).toBigIntegerExact(),
                        ((BigDecimal) row[4]).toBigIntegerExact(),
                        ((BigDecimal) row[5]).toBigIntegerExact()));
    }
}
