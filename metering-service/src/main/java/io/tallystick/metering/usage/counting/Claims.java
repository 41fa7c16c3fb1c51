package io.tallystick.metering.usage.counting;

import io.tallystick.metering.usage.counting.Arrival.Voiding;
import io.tallystick.metering.usage.counting.Batch.Candidate;
import io.tallystick.metering.usage.counting.Transactions.Statements;
import io.tallystick.metering.usage.event.EventKey;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.StreamSupport;

/**
 * Which events were counted, and which were taken back.
 *
 * <p>Exact by three facts. One epoch is open at a time, and every transaction that claims holds the epoch lock shared
 * while the turn of an epoch takes it alone: two claims at once are in one partition and meet in its primary key. A
 * closed epoch takes no more claims, and all of it is committed before the next is opened: looking a key up there misses
 * nothing. And a void takes its tenant's lock alone while claims of the tenant hold it shared: either the void sees the
 * claim, or the claim sees the void.
 */
@ApplicationScoped
public class Claims {
    /** Key of the lock on the turn of epochs. */
    static final int EPOCH_LOCK = 1;

    /** Key of the lock on what is counted of a tenant: shared by those who count, alone by those who void. */
    public static final int TENANT_LOCK = 2;

    /** Key of the lock on the making and dropping of partitions by day. */
    static final int DAYS_LOCK = 3;

    /** Where a transaction claims: the open epoch, today's partition of the records and a block of their ids. */
    record Place(int epoch, LocalDate day, long firstRecord) {
        long record(Candidate candidate) {
            return firstRecord + candidate.position();
        }
    }

    /** Where a counted event's record is. */
    record Claimed(LocalDate day, long record) {}

    /** Takes the locks, in one order for all transactions. To be called first. */
    Place enter(Statements statements, Set<String> tenants, Set<String> voidingTenants) {
        var locks = new TreeMap<Integer, Boolean>();
        tenants.forEach(tenant -> locks.put(tenant.hashCode(), false));
        voidingTenants.forEach(tenant -> locks.put(tenant.hashCode(), true));
        statements.run(
                "select set_config('statement_timeout', $1, true), pg_advisory_xact_lock_shared($2, 0)::text",
                Tuple.of(Long.toString(statements.timeout().toMillis()), EPOCH_LOCK));
        statements.run(
                """
                select case when alone then pg_advisory_xact_lock($1, tenant)::text
                       else pg_advisory_xact_lock_shared($1, tenant)::text end
                from unnest($2::int[], $3::boolean[]) as lock (tenant, alone)
                """,
                Tuple.of(TENANT_LOCK)
                        .addArrayOfInteger(locks.keySet().toArray(Integer[]::new))
                        .addArrayOfBoolean(locks.values().toArray(Boolean[]::new)));
        // A statement of its own: its snapshot is taken after the locks were.
        var place = statements
                .run("select epoch, (now() at time zone 'UTC')::date as day, nextval('usage_record_id') as first "
                        + "from claim_epoch where closed_at is null")
                .iterator()
                .next();
        return new Place(place.getInteger("epoch"), place.getLocalDate("day"), place.getLong("first"));
    }

    /** Digests of those of {@code keys} that a closed epoch holds. */
    Map<EventKey, Long> before(Statements statements, Place place, Collection<EventKey> keys) {
        return digests(statements.run(
                "select key, digest from event_claim where key = any($1) and epoch < $2",
                Tuple.of(uuids(keys), place.epoch())));
    }

    /** Digests of those of {@code keys} that are taken, in whatever epoch. */
    Map<EventKey, Long> known(Statements statements, Collection<EventKey> keys) {
        return digests(
                statements.run("select key, digest from event_claim where key = any($1)", Tuple.of(uuids(keys))));
    }

    /**
     * Claims all keys that are free, and waits for other transactions that claim the same.
     *
     * @return digests of those that were not free
     */
    Map<EventKey, Long> claim(Statements statements, Place place, List<Candidate> fresh) {
        if (fresh.isEmpty()) {
            return Map.of();
        }
        // In the order of keys: two transactions that share some cannot wait for each other.
        var rows = new TreeMap<EventKey, Candidate>();
        fresh.forEach(candidate -> rows.put(candidate.key(), candidate));
        var won = statements.run(
                """
                insert into event_claim (epoch, key, digest, day, record_id)
                select $1, key, digest, $2, record from unnest($3::uuid[], $4::bigint[], $5::bigint[])
                    as claim (key, digest, record)
                on conflict do nothing returning key
                """,
                Tuple.of(place.epoch(), place.day(), uuids(rows.keySet()))
                        .addArrayOfLong(
                                rows.values().stream().map(Candidate::digest).toArray(Long[]::new))
                        .addArrayOfLong(
                                rows.values().stream().map(place::record).toArray(Long[]::new)));
        if (won.rowCount() == fresh.size()) {
            return Map.of();
        }
        var lost = new HashSet<>(rows.keySet());
        won.forEach(row -> lost.remove(new EventKey(row.getUUID("key"))));
        return digests(statements.run(
                "select key, digest from event_claim where key = any($1) and epoch = $2",
                Tuple.of(uuids(lost), place.epoch())));
    }

    /** Those of {@code keys} that were counted and not taken back. */
    Set<EventKey> standing(Statements statements, Collection<EventKey> keys) {
        if (keys.isEmpty()) {
            return Set.of();
        }
        return keys(statements.run("""
                select c.key from event_claim c
                where c.key = any($1) and not exists (select from usage_void v where v.key = c.key)
                """, Tuple.of(uuids(keys))));
    }

    /** Writes down the voids that are new; one that was asked for before is left out. */
    Set<EventKey> askForVoids(Statements statements, Map<EventKey, Voiding> voidings) {
        var asked = new TreeMap<>(voidings);
        var rows = List.copyOf(asked.values());
        return keys(statements.run(
                """
                insert into usage_void (key, tenant, source, event_id, reason, sent_by, appended_at, applied)
                select *, false from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                    $7::timestamptz[])
                on conflict do nothing returning key
                """,
                Tuple.of(uuids(asked.keySet()))
                        .addArrayOfString(rows.stream().map(Voiding::tenant).toArray(String[]::new))
                        .addArrayOfString(rows.stream().map(Voiding::source).toArray(String[]::new))
                        .addArrayOfString(rows.stream().map(Voiding::id).toArray(String[]::new))
                        .addArrayOfString(rows.stream().map(Voiding::reason).toArray(String[]::new))
                        .addArrayOfString(
                                rows.stream().map(row -> Rows.sentBy(row.at())).toArray(String[]::new))
                        .addArrayOfOffsetDateTime(rows.stream()
                                .map(row -> row.at().appendedAt().atOffset(ZoneOffset.UTC))
                                .toArray(java.time.OffsetDateTime[]::new))));
    }

    /** Those of {@code keys} whose void waits for them. */
    Set<EventKey> waitingVoids(Statements statements, Collection<EventKey> keys) {
        return keys(statements.run(
                "select key from usage_void where key = any($1) and not applied", Tuple.of(uuids(keys))));
    }

    /** As if they had not been asked for. */
    void dropVoids(Statements statements, Collection<EventKey> keys) {
        statements.run("delete from usage_void where key = any($1)", Tuple.of(uuids(keys)));
    }

    void voidsApplied(Statements statements, Collection<EventKey> keys) {
        statements.run("update usage_void set applied = true where key = any($1)", Tuple.of(uuids(keys)));
    }

    /** Where the records of those of {@code keys} are that were counted. */
    Map<EventKey, Claimed> records(Statements statements, Collection<EventKey> keys) {
        var found = new HashMap<EventKey, Claimed>();
        statements
                .run("select key, day, record_id from event_claim where key = any($1)", Tuple.of(uuids(keys)))
                .forEach(row -> found.put(
                        new EventKey(row.getUUID("key")),
                        new Claimed(row.getLocalDate("day"), row.getLong("record_id"))));
        return found;
    }

    private static Object uuids(Collection<EventKey> keys) {
        return keys.stream().map(EventKey::value).toArray(UUID[]::new);
    }

    private static Map<EventKey, Long> digests(RowSet<Row> rows) {
        var digests = new HashMap<EventKey, Long>();
        rows.forEach(row -> digests.put(new EventKey(row.getUUID("key")), row.getLong("digest")));
        return digests;
    }

    private static Set<EventKey> keys(RowSet<Row> rows) {
        var keys = new HashSet<EventKey>();
        StreamSupport.stream(rows.spliterator(), false)
                .map(row -> new EventKey(row.getUUID("key")))
                .forEach(keys::add);
        return keys;
    }
}
