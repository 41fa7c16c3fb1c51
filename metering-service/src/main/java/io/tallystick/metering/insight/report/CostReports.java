package io.tallystick.metering.insight.report;

import io.smallrye.mutiny.Uni;
import io.tallystick.metering.insight.price.CostPrice;
import io.tallystick.metering.insight.price.CostPrices;
import io.tallystick.metering.insight.report.Amounts.OfAsset;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What was charged and what it cost, by window, client and model; and the gas of settling. */
@ApplicationScoped
class CostReports {
    /** Usage that costs nothing by itself unless it has a price: a call costs what its tokens do. */
    private static final String FREE = "requests";

    private final Pool pool;
    private final CostPrices prices;

    CostReports(Pool pool, CostPrices prices) {
        this.pool = pool;
        this.prices = prices;
    }

    /**
     * What settling on one network took.
     *
     * @param transactions that are in a block, failed ones too
     * @param feeWei in the smallest unit of the network's own coin
     * @param unknown transactions of which the price of gas was not told; their fee is not in {@code feeWei}
     * @param cost by asset, of the fees of hours that have a price of {@link CostPrice#GAS}
     * @param unpriced transactions whose fee is known and not converted: no price was set for their hour
     */
    record Gas(
            String network,
            long transactions,
            BigInteger gasUsed,
            BigInteger feeWei,
            long unknown,
            LinkedHashMap<String, BigDecimal> cost,
            long unpriced) {}

    /** In the order of their places; at most one more than the question's limit. */
    Uni<List<Amounts>> amounts(Question question) {
        return prices.all(question.tenant()).chain(all -> {
            var values = UsageReports.bind(
                    question,
                    question.windows().pieces(all.stream().map(CostPrice::from).collect(Collectors.toSet())));
            addPrices(values, all);
            return pool.preparedQuery(sql(question, values)).execute(values).map(CostReports::amounts);
        });
    }

    /** {@code $6} to {@code $11}: each price with the hour that the next one begins at. */
    private static void addPrices(Tuple values, List<CostPrice> all) {
        var until = new ArrayList<Instant>();
        for (int i = 0; i < all.size(); i++) {
            var price = all.get(i);
            var next = i + 1 < all.size() ? Optional.of(all.get(i + 1)) : Optional.<CostPrice>empty();
            until.add(next.filter(one ->
                            one.meter().equals(price.meter()) && one.model().equals(price.model()))
                    .map(CostPrice::from)
                    .orElse(Instant.parse("9999-12-31T00:00:00Z")));
        }
        values.addArrayOfString(all.stream().map(CostPrice::meter).toArray(String[]::new))
                .addArrayOfString(all.stream().map(CostPrice::model).toArray(String[]::new))
                .addArrayOfOffsetDateTime(UsageReports.times(all, CostPrice::from))
                .addArrayOfOffsetDateTime(UsageReports.times(until, time -> time))
                .addArrayOfString(all.stream().map(CostPrice::asset).toArray(String[]::new))
                .addArrayOfString(
                        all.stream().map(price -> price.rate().toPlainString()).toArray(String[]::new));
    }

    /** No piece reaches across an hour at which a price begins, so each has one price of a meter and model, or none. */
    private static String sql(Question question, Tuple values) {
        var used = UsageReports.rows("insight_usage", "u", question, values);
        var charged = UsageReports.rows("insight_revenue", "r", question, values);
        var place = question.after();
        values.addInteger(place.window()).addString(place.subject()).addString(place.model());
        var last = values.size();
        return "with " + UsageReports.PIECE
                + """
                , price as (select meter, model, since, until, asset, rate::numeric as rate
                    from unnest($6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::text[], $11::text[])
                        as c (meter, model, since, until, asset, rate)),
                used as (select p.w, p.since,"""
                + UsageReports.groups(question, "u")
                + """
                , u.meter, u.model as of_model, sum(u.added - u.voided) as units
                    from piece p cross join lateral\s"""
                + used
                + """
                 group by 1, 2, 3, 4, 5, 6 having sum(u.added - u.voided) > 0),
                priced as (select u.*, coalesce(own.asset, other.asset) as asset,
                        u.units * coalesce(own.rate, other.rate) as cost
                    from used u
                    left join price own on own.meter = u.meter and own.model = u.of_model and own.model <> ''
                        and own.since <= u.since and u.since < own.until
                    left join price other on other.meter = u.meter and other.model = ''
                        and other.since <= u.since and u.since < other.until),
                cover as (select w, subject, model,
                        sum(units) filter (where asset is not null or meter <> '%s') as counted,
                        coalesce(sum(units) filter (where asset is not null), 0) as known,
                        (array_agg(distinct meter || case of_model when '' then '' else ' of ' || of_model end)
                            filter (where asset is null and meter <> '%s'))[1:20] as unknown
                    from priced group by 1, 2, 3),
                cost as (select w, subject, model, asset, sum(cost) as cost from priced where asset is not null
                    group by 1, 2, 3, 4),
                charged as (select p.w,""".formatted(FREE, FREE)
                + UsageReports.groups(question, "r")
                + """
                , r.asset, sum(r.calls) as calls,
                        coalesce(sum(r.debited - r.credited) filter (where r.funding = 'call'), 0) as of_calls,
                        coalesce(sum(r.debited - r.credited) filter (where r.funding = 'account'), 0) as of_accounts
                    from piece p cross join lateral\s"""
                + charged
                + """
                 group by 1, 2, 3, 4),
                places as (select * from (select w, subject, model from cover
                        union select w, subject, model from charged) as k
                    where (w, subject, model) > ($%d::int, $%d::text, $%d::text) order by 1, 2, 3 limit %d),
                amounts as (select * from charged full join cost using (w, subject, model, asset))
                select w, subject, model, counted::text, coalesce(known, 0)::text as known, unknown, asset,
                    coalesce(calls, 0)::bigint as calls, coalesce(of_calls, 0)::text as of_calls,
                    coalesce(of_accounts, 0)::text as of_accounts, trim_scale(cost)::text as cost
                from places left join cover using (w, subject, model) left join amounts using (w, subject, model)
                order by w, subject, model, asset
                """.formatted(last - 2, last - 1, last, question.limit() + 1);
    }

    private static List<Amounts> amounts(Iterable<Row> rows) {
        var groups = new LinkedHashMap<Cursor, List<Row>>();
        rows.forEach(row -> groups.computeIfAbsent(
                        new Cursor(row.getInteger("w"), row.getString("subject"), row.getString("model"), ""),
                        _ -> new ArrayList<>())
                .add(row));
        return groups.entrySet().stream()
                .map(group -> amounts(group.getKey(), group.getValue()))
                .toList();
    }

    private static Amounts amounts(Cursor place, List<Row> rows) {
        var first = rows.getFirst();
        var unknown = first.getArrayOfStrings("unknown");
        return new Amounts(
                place,
                Optional.ofNullable(first.getString("counted")).map(BigDecimal::new),
                new BigDecimal(first.getString("known")),
                unknown == null ? List.of() : Arrays.asList(unknown),
                rows.stream()
                        .filter(row -> row.getString("asset") != null)
                        .map(row -> new OfAsset(
                                row.getString("asset"),
                                row.getLong("calls"),
                                new BigInteger(row.getString("of_calls")),
                                new BigInteger(row.getString("of_accounts")),
                                Optional.ofNullable(row.getString("cost")).map(BigDecimal::new)))
                        .toList());
    }

    /** By network; of the transactions that came into their block, or became final, in the question's time. */
    Uni<List<Gas>> gas(Question question) {
        var bounds = question.windows().bounds();
        return pool.preparedQuery("""
                        select s.network, price.asset, count(*) as transactions,
                            coalesce(sum(s.gas_used), 0)::text as gas,
                            coalesce(sum(s.gas_used * s.gas_price_wei), 0)::text as fee,
                            count(*) filter (where s.gas_price_wei is null) as unknown,
                            trim_scale(sum(s.gas_used * s.gas_price_wei * price.rate))::text as cost
                        from insight_settlement s
                        left join lateral (select c.asset, c.units * (1.0 / c.per) as rate from cost_price c
                            where c.tenant = s.tenant and c.meter = $4 and c.model in (s.network, '')
                                and c.effective_from <= s.changed_at and s.gas_price_wei is not null
                            order by c.model = s.network desc, c.effective_from desc limit 1) as price on true
                        where s.tenant = $1 and s.changed_at >= $2 and s.changed_at < $3 and s.gas_used > 0
                            and s.state in ('mined', 'final', 'reverted')
                        group by 1, 2 order by 1, 2 limit 1000
                        """)
                .execute(Tuple.of(question.tenant())
                        .addOffsetDateTime(bounds.getFirst().atOffset(java.time.ZoneOffset.UTC))
                        .addOffsetDateTime(bounds.getLast().atOffset(java.time.ZoneOffset.UTC))
                        .addString(CostPrice.GAS))
                .map(CostReports::gas);
    }

    private static List<Gas> gas(Iterable<Row> rows) {
        var networks = new LinkedHashMap<String, Gas>();
        for (var row : rows) {
            var cost = new LinkedHashMap<String, BigDecimal>();
            var asset = Optional.ofNullable(row.getString("asset"));
            asset.ifPresent(one -> cost.put(one, new BigDecimal(row.getString("cost"))));
            var transactions = row.getLong("transactions");
            var unknown = row.getLong("unknown");
            networks.merge(
                    row.getString("network"),
                    new Gas(
                            row.getString("network"),
                            transactions,
                            new BigInteger(row.getString("gas")),
                            new BigInteger(row.getString("fee")),
                            unknown,
                            cost,
                            asset.isPresent() ? 0 : transactions - unknown),
                    CostReports::together);
        }
        return List.copyOf(networks.values());
    }

    private static Gas together(Gas one, Gas other) {
        var cost = new LinkedHashMap<>(one.cost());
        other.cost().forEach((asset, units) -> cost.merge(asset, units, BigDecimal::add));
        return new Gas(
                one.network(),
                one.transactions() + other.transactions(),
                one.gasUsed().add(other.gasUsed()),
                one.feeWei().add(other.feeWei()),
                one.unknown() + other.unknown(),
                cost,
                one.unpriced() + other.unpriced());
    }
}
