package io.tallystick.metering.usage.counting;

import io.quarkus.scheduler.Scheduled;
import io.tallystick.metering.usage.UsageConfig;
import io.tallystick.metering.usage.UsageTopic;
import io.tallystick.metering.usage.counting.Transactions.Statements;
import io.tallystick.metering.usage.rollup.RollupDays;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Turns the epochs of the memory, makes room for the days to come and drops what is old. May run in several instances at
 * once and as often as it likes.
 */
@ApplicationScoped
class Retention {
    /** Days ahead that rows can be written without this having run. */
    private static final int DAYS_AHEAD = 7;

    /** Against clocks of brokers and database that do not agree. */
    private static final Duration CLOCKS = Duration.ofHours(1);

    private static final List<String> TABLES = List.of("usage_record", "dead_letter");

    /** What goes with a dead letter. */
    private static final List<String> OF_LETTERS = List.of("dead_letter_state", "dead_letter_action");

    /**
     * Append time before which everything of the topic has been read: no copy of anything older is still to come. Rows of
     * the topic under an earlier id count, because a partition that stopped holds copies too; those of another prefix are
     * another installation's.
     */
    private static final String WATERMARK = "(select min(read_until) from consumer_offset where topic = $2)";

    private final Transactions transactions;
    private final RollupDays rollups;
    private final UsageConfig config;
    private final String topic;

    Retention(Transactions transactions, RollupDays rollups, UsageConfig config, UsageTopic topic) {
        this.transactions = transactions;
        this.rollups = rollups;
        this.config = config;
        this.topic = topic.name();
    }

    @Scheduled(every = "1h", delayed = "1h")
    void keep() {
        transactions.run(this::days);
        turn(config.claimEpoch());
        transactions.run(this::forget);
        transactions.run(this::voids);
    }

    private boolean days(Statements statements) {
        statements.run("select pg_advisory_xact_lock($1, 0)::text", Tuple.of(Claims.DAYS_LOCK));
        var today = statements
                .run("select (now() at time zone 'UTC')::date as day")
                .iterator()
                .next()
                .getLocalDate("day");
        for (var table : TABLES) {
            for (int ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
                var day = today.plusDays(ahead);
                statements.run("create table if not exists %s partition of %s for values from ('%s') to ('%s')"
                        .formatted(partition(table, day), table, day, day.plusDays(1)));
            }
            var oldest = partition(table, today.minusDays(config.keepDays()));
            partitions(statements, table)
                    .filter(name -> name.compareTo(oldest) < 0)
                    .forEach(name -> statements.run("drop table " + name));
        }
        for (var table : OF_LETTERS) {
            statements.run(
                    "delete from %s where day < $1".formatted(table), Tuple.of(today.minusDays(config.keepDays())));
        }
        var voidable = config.keepDays() + (int) config.memory().toDays() + 1;
        rollups.keep(statements.connection(), statements.timeout(), today, DAYS_AHEAD, voidable);
        return true;
    }

    /** Closes the open epoch if it is {@code age} old, and opens the next. */
    void turn(Duration age) {
        transactions.run(statements -> turn(statements, age));
    }

    private static boolean turn(Statements statements, Duration age) {
        statements.run("select pg_advisory_xact_lock($1, 0)::text", Tuple.of(Claims.EPOCH_LOCK));
        var due = statements.run(
                "update claim_epoch set closed_at = clock_timestamp() "
                        + "where closed_at is null and opened_at <= now() - $1::bigint * interval '1 second' "
                        + "returning epoch + 1 as next",
                Tuple.of(age.toSeconds()));
        due.forEach(row -> {
            var next = row.getInteger("next");
            statements.run(
                    "create table event_claim_%d partition of event_claim for values in (%d)".formatted(next, next));
            statements.run("insert into claim_epoch (epoch, opened_at) values ($1, now())", Tuple.of(next));
        });
        return due.rowCount() > 0;
    }

    /**
     * Drops the epochs whose memory is over. Whatever is read from now on was appended after the watermark, so more than
     * the memory after anything such an epoch holds.
     */
    private int forget(Statements statements) {
        statements.run("select pg_advisory_xact_lock($1, 0)::text", Tuple.of(Claims.EPOCH_LOCK));
        var memory = config.memory().plus(config.ahead()).plus(CLOCKS);
        var dropped = statements.run(
                "delete from claim_epoch where closed_at + $1::bigint * interval '1 second' < " + WATERMARK
                        + " returning epoch",
                Tuple.of(memory.toSeconds(), topic));
        dropped.forEach(row -> statements.run("drop table event_claim_" + row.getInteger("epoch")));
        return dropped.rowCount();
    }

    /** A void whose event never came is a dead letter; one that was applied is kept as long as its event's claim. */
    private int voids(Statements statements) {
        var memory = config.memory().plus(config.ahead()).plus(CLOCKS).toSeconds();
        statements.run("""
                with unmatched as (
                    delete from usage_void where not applied and appended_at + $1::bigint * interval '1 second' <
                """ + WATERMARK + """
                    returning *)
                insert into dead_letter (day, tenant, reason, field, detail, source, event_id, sent_by, partition,
                    kafka_offset, appended_at, event)
                select (now() at time zone 'UTC')::date, tenant, 'unmatched_void', '/id',
                    'no event of this source and id came', source, event_id, sent_by, -1, -1, appended_at, ''
                from unmatched
                """, Tuple.of(memory, topic));
        var forgotten = statements.run(
                "delete from usage_void v where applied and appended_at + $1::bigint * interval '1 second' < "
                        + WATERMARK + " and not exists (select from event_claim c where c.key = v.key)",
                // While a record may be back-filled it must be known that it was voided.
                Tuple.of(memory + Duration.ofDays(config.keepDays() + 1).toSeconds(), topic));
        return forgotten.rowCount();
    }

    private static Stream<String> partitions(Statements statements, String table) {
        var rows = statements.run(
                "select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid "
                        + "where i.inhparent = $1::text::regclass order by 1",
                Tuple.of(table));
        return StreamSupport.stream(rows.spliterator(), false).map(row -> row.getString("name"));
    }

    private static String partition(String table, LocalDate day) {
        return table + "_" + day.toString().replace('-', '_');
    }
}
