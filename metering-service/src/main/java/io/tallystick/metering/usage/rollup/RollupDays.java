package io.tallystick.metering.usage.rollup;

import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.Set;

/** Makes room for the days to come and drops those that are old, as a whole. */
@ApplicationScoped
public class RollupDays {
    private final RollupConfig config;

    RollupDays(RollupConfig config) {
        this.config = config;
    }

    /**
     * Under the lock on partitions by day.
     *
     * @param ahead days that rows can be written without this having run
     * @param observations days that an event can be voided after it was counted, and another of its hour before it
     */
    public void keep(SqlConnection connection, Duration timeout, LocalDate today, int ahead, int observations) {
        for (var table : Set.of("rollup_minute", "rollup_value_minute")) {
            var oldest = today.minusDays(config.minuteDays());
            keep(connection, timeout, table, oldest, oldest, today.plusDays(ahead));
        }
        keep(connection, timeout, "observation", today.minusDays(observations), today, today.plusDays(ahead));
    }

    /** Makes those that are missing between two days, where rows may come, and drops those before the oldest. */
    private static void keep(
            SqlConnection connection,
            Duration timeout,
            String table,
            LocalDate oldestDay,
            LocalDate first,
            LocalDate last) {
        var there = partitions(connection, timeout, table);
        for (var day = first; !day.isAfter(last); day = day.plusDays(1)) {
            if (!there.contains(partition(table, day))) {
                run(
                        connection,
                        timeout,
                        "create table if not exists %s partition of %s for values from ('%s') to ('%s')"
                                .formatted(
                                        partition(table, day),
                                        table,
                                        bound(table, day),
                                        bound(table, day.plusDays(1))));
            }
        }
        var oldest = partition(table, oldestDay);
        there.stream()
                .filter(name -> name.compareTo(oldest) < 0)
                .sorted()
                .forEach(name -> run(connection, timeout, "drop table " + name));
    }

    /** A bound of times says its zone, or it would be that of the session. */
    private static String bound(String table, LocalDate day) {
        return table.equals("observation") ? day.toString() : day + " 00:00:00+00";
    }

    private static Set<String> partitions(SqlConnection connection, Duration timeout, String table) {
        var names = new HashSet<String>();
        connection
                .preparedQuery(
                        "select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid "
                                + "where i.inhparent = $1::text::regclass")
                .execute(Tuple.of(table))
                .await()
                .atMost(timeout)
                .forEach(row -> names.add(row.getString("name")));
        return names;
    }

    private static void run(SqlConnection connection, Duration timeout, String statement) {
        connection.query(statement).execute().await().atMost(timeout);
    }

    private static String partition(String table, LocalDate day) {
        return table + "_" + day.toString().replace('-', '_');
    }
}
