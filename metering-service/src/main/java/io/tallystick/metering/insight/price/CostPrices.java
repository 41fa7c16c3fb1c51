package io.tallystick.metering.insight.price;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.StreamSupport;

/** All cost prices. A row is written once: what was reported with it stays as it was. */
@ApplicationScoped
public class CostPrices {
    /** Most cost prices of a tenant. */
    public static final int MOST = 1000;

    private static final String COLUMNS =
            "select meter, model, effective_from, asset, units::text as units, per::text as per from cost_price ";

    private final Pool pool;

    CostPrices(Pool pool) {
        this.pool = pool;
    }

    /** What became of a price that was posted. */
    sealed interface Posted {}

    /** It stands, now or since an earlier try. */
    record Stands(CostPrice price) implements Posted {}

    /** Listed by precedence. */
    enum Refused implements Posted {
        ANOTHER_AT_THAT_HOUR,
        HOUR_HAS_BEGUN,
        TOO_MANY
    }

    /** A tenant's, in their order. */
    public Uni<List<CostPrice>> all(String tenant) {
        return pool.preparedQuery(COLUMNS + "where tenant = $1 order by meter, model, effective_from limit " + MOST)
                .execute(Tuple.of(tenant))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(CostPrices::price)
                        .toList());
    }

    /** One tenant's prices are posted one after the other. */
    Uni<Posted> add(String tenant, CostPrice price, String by, Instant now) {
        return pool.withTransaction(connection -> connection
                .preparedQuery("select pg_advisory_xact_lock(hashtextextended('cost_price ' || $1, 0))::text")
                .execute(Tuple.of(tenant))
                .chain(() -> same(connection, tenant, price))
                .chain(same -> {
                    if (!same.isEmpty()) {
                        return Uni.createFrom()
                                .item(same.getFirst().equals(price) ? new Stands(price) : Refused.ANOTHER_AT_THAT_HOUR);
                    }
                    return refusal(connection, tenant, price, now)
                            .chain(refusal -> refusal.isEmpty()
                                    ? insert(connection, tenant, price, by, now)
                                    : Uni.createFrom().item(refusal.getFirst()));
                }));
    }

    private static Uni<List<CostPrice>> same(SqlConnection connection, String tenant, CostPrice price) {
        return connection
                .preparedQuery(COLUMNS + "where tenant = $1 and meter = $2 and model = $3 and effective_from = $4")
                .execute(key(tenant, price))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(CostPrices::price)
                        .toList());
    }

    /** What had a price may not get another for hours that have begun: reports of them were given. */
    private static Uni<List<Posted>> refusal(SqlConnection connection, String tenant, CostPrice price, Instant now) {
        return connection
                .preparedQuery(
                        "select count(*) as all, count(*) filter (where meter = $2 and model in ($3, '')) as same"
                                + " from cost_price where tenant = $1")
                .execute(Tuple.of(tenant, price.meter(), price.model()))
                .map(rows -> rows.iterator().next())
                .map(counts -> {
                    if (counts.getLong("same") > 0 && !price.from().isAfter(now)) {
                        return List.of(Refused.HOUR_HAS_BEGUN);
                    }
                    return counts.getLong("all") >= MOST ? List.of(Refused.TOO_MANY) : List.of();
                });
    }

    private static Uni<Posted> insert(
            SqlConnection connection, String tenant, CostPrice price, String by, Instant now) {
        return connection
                .preparedQuery("insert into cost_price (tenant, meter, model, effective_from, asset, units, per,"
                        + " created_at, created_by) values ($1, $2, $3, $4, $5, $6::text::numeric, $7::text::numeric,"
                        + " $8, $9)")
                .execute(key(tenant, price)
                        .addString(price.asset())
                        .addString(price.units().toString())
                        .addString(price.per().toString())
                        .addOffsetDateTime(now.atOffset(ZoneOffset.UTC))
                        .addString(by))
                .replaceWith(new Stands(price));
    }

    private static Tuple key(String tenant, CostPrice price) {
        return Tuple.of(tenant, price.meter(), price.model())
                .addOffsetDateTime(price.from().atOffset(ZoneOffset.UTC));
    }

    private static CostPrice price(Row row) {
        return new CostPrice(
                row.getString("meter"),
                row.getString("model"),
                row.getOffsetDateTime("effective_from").toInstant(),
                row.getString("asset"),
                new BigInteger(row.getString("units")),
                new BigInteger(row.getString("per")));
    }
}
