package io.tallystick.metering.insight.feed;

import io.tallystick.events.PaymentCaptured;
import io.tallystick.events.SettlementChanged;
import io.tallystick.metering.insight.feed.Facts.AccountFact;
import io.tallystick.metering.insight.feed.FeedTransactions.Statements;
import io.tallystick.metering.insight.feed.RevenueMovement.Rise;
import io.tallystick.metering.insight.feed.RevenueMovement.Row;
import io.tallystick.metering.insight.feed.RevenueMovement.Totals;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;

/** Revenue by span: of calls when they are captured, of accounts as their periods' totals rise; and what settling costs. */
@ApplicationScoped
class RevenueFeed {

    void takeCalls(Statements statements, SortedMap<String, PaymentCaptured> calls) {
        if (calls.isEmpty()) {
            return;
        }
        var movement = new RevenueMovement();
        statements
                .run(
                        """
                        insert into insight_capture (hold_id, captured_at, taken_at)
                        select hold_id, captured_at, now() from unnest($1::text[], $2::timestamptz[])
                            as c (hold_id, captured_at)
                        on conflict do nothing returning hold_id
                        """,
                        Tuple.tuple()
                                .addArrayOfString(calls.keySet().toArray(String[]::new))
                                .addArrayOfOffsetDateTime(times(calls.values(), PaymentCaptured::time)))
                .forEach(row -> movement.add(calls.get(row.getString("hold_id"))));
        raise(statements, movement.rises());
    }

    /** Nobody else moves these periods: all events of one come from one partition, and its position is held. */
    void takeAccounts(Statements statements, SortedMap<String, AccountFact> accounts) {
        if (accounts.isEmpty()) {
            return;
        }
        var seen = seen(statements, accounts.values());
        var movement = new RevenueMovement();
        accounts.forEach((key, fact) -> {
            var before = seen.getOrDefault(key, Totals.NONE);
            var now = fact.totals().max(before);
            if (!now.isWithin(before)) {
                movement.add(fact.account(), before, now);
            }
        });
        if (!movement.rises().isEmpty()) {
            remember(statements, accounts.values());
            raise(statements, movement.rises());
        }
    }

    void takeSettlements(Statements statements, SortedMap<String, SettlementChanged> settlements) {
        if (settlements.isEmpty()) {
            return;
        }
        var rows = settlements.values();
        statements.run(
                """
                insert into insight_settlement as s
                    (settlement, tenant, network, state, gas_used, gas_price_wei, changed_at)
                select settlement, tenant, network, state, gas_used, nullif(price::numeric, 0), changed_at
                from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[])
                    as r (settlement, tenant, network, state, gas_used, price, changed_at)
                on conflict (settlement) do update
                set state = excluded.state, gas_used = excluded.gas_used, gas_price_wei = excluded.gas_price_wei,
                    changed_at = excluded.changed_at
                where s.changed_at <= excluded.changed_at
                """,
                Tuple.tuple()
                        .addArrayOfString(texts(rows, SettlementChanged::settlement))
                        .addArrayOfString(texts(rows, SettlementChanged::tenant))
                        .addArrayOfString(texts(rows, SettlementChanged::network))
                        .addArrayOfString(texts(rows, row -> word(row.state())))
                        .addArrayOfLong(
                                rows.stream().map(SettlementChanged::gasUsed).toArray(Long[]::new))
                        .addArrayOfString(texts(rows, row -> row.gasPriceWei().toString()))
                        .addArrayOfOffsetDateTime(times(rows, SettlementChanged::time)));
    }

    private static Map<String, Totals> seen(Statements statements, Collection<AccountFact> facts) {
        var seen = new HashMap<String, Totals>();
        statements
                .run("""
                        select f.place, c.debited::text as debited, c.credited::text as credited
                        from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
                            as f (tenant, subject, asset, period_start, place)
                        join insight_charge c using (tenant, subject, asset, period_start)
                        """, keys(facts).addArrayOfString(texts(facts, fact -> fact.account()
                        .key())))
                .forEach(row -> seen.put(
                        row.getString("place"),
                        new Totals(
                                new BigInteger(row.getString("debited")), new BigInteger(row.getString("credited")))));
        return seen;
    }

    private static void remember(Statements statements, Collection<AccountFact> facts) {
        statements.run(
                """
                insert into insight_charge as c (tenant, subject, asset, period_start, debited, credited)
                select tenant, subject, asset, period_start, debited::numeric, credited::numeric
                from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[])
                    as f (tenant, subject, asset, period_start, debited, credited)
                on conflict (tenant, subject, asset, period_start) do update
                set debited = greatest(c.debited, excluded.debited), credited = greatest(c.credited, excluded.credited)
                """,
                keys(facts)
                        .addArrayOfString(
                                texts(facts, fact -> fact.totals().debited().toString()))
                        .addArrayOfString(
                                texts(facts, fact -> fact.totals().credited().toString())));
    }

    private static Tuple keys(Collection<AccountFact> facts) {
        return Tuple.tuple()
                .addArrayOfString(texts(facts, fact -> fact.account().tenant()))
                .addArrayOfString(texts(facts, fact -> fact.account().subject()))
                .addArrayOfString(texts(facts, fact -> fact.account().asset()))
                .addArrayOfOffsetDateTime(times(facts, fact -> fact.account().periodStart()));
    }

    /** In one order, so that two readers that raise the same rows wait for each other and no more. */
    private static void raise(Statements statements, Map<Row, Rise> rises) {
        if (rises.isEmpty()) {
            return;
        }
        var rows = rises.keySet();
        statements.run(
                """
                insert into insight_revenue as r
                    (tenant, span, starts, subject, model, asset, funding, calls, debited, credited)
                select tenant, span, starts, subject, model, asset, funding, calls, debited::numeric, credited::numeric
                from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
                    $8::bigint[], $9::text[], $10::text[])
                    as f (tenant, span, starts, subject, model, asset, funding, calls, debited, credited)
                on conflict (tenant, span, subject, starts, model, asset, funding) do update
                set calls = r.calls + excluded.calls, debited = r.debited + excluded.debited,
                    credited = r.credited + excluded.credited
                """,
                Tuple.tuple()
                        .addArrayOfString(texts(rows, Row::tenant))
                        .addArrayOfString(texts(rows, row -> row.span().word()))
                        .addArrayOfOffsetDateTime(times(rows, Row::starts))
                        .addArrayOfString(texts(rows, Row::subject))
                        .addArrayOfString(texts(rows, Row::model))
                        .addArrayOfString(texts(rows, Row::asset))
                        .addArrayOfString(texts(rows, row -> word(row.funding())))
                        .addArrayOfLong(rises.values().stream().map(Rise::calls).toArray(Long[]::new))
                        .addArrayOfString(
                                texts(rises.values(), rise -> rise.debited().toString()))
                        .addArrayOfString(
                                texts(rises.values(), rise -> rise.credited().toString())));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static <T> String[] texts(Collection<T> rows, Function<T, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }

    private static <T> OffsetDateTime[] times(Collection<T> rows, Function<T, Instant> column) {
        return rows.stream()
                .map(row -> column.apply(row).atOffset(ZoneOffset.UTC))
                .toArray(OffsetDateTime[]::new);
    }
}
