package io.tallystick.metering.usage.counting;

import io.tallystick.metering.usage.counting.Transactions.Statements;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** How far the log has been read. Kept in the database, in the transaction that counts what was read. */
@ApplicationScoped
class Positions {
    /** Longest between the broker's look at a partition's end and the reader's hearing of it, with time to spare. */
    private static final Duration IN_FLIGHT = Duration.ofMinutes(1);

    private final Transactions transactions;

    Positions(Transactions transactions) {
        this.transactions = transactions;
    }

    /**
     * A step of one partition.
     *
     * @param from where the reader believes the partition to be
     * @param next the offset it reads next
     * @param until append time of the last record read
     */
    record Step(long from, long next, Instant until) {}

    /** Somebody else moved a partition on: what this reader holds of it was or will be counted by the other. */
    static final class FencedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        FencedException() {
            super("another consumer moved the partition on");
        }
    }

    /**
     * Moves the partitions on, unless they are not where the reader believes.
     *
     * @throws FencedException if one is not; nothing of the transaction may then be committed
     */
    void move(Statements statements, String topic, String topicId, Map<Integer, Step> steps) {
        var rows = new TreeMap<>(steps);
        var moved = statements.run(
                """
                update consumer_offset o set next_offset = s.next, read_until = greatest(o.read_until, s.until)
                from unnest($3::int[], $4::bigint[], $5::bigint[], $6::timestamptz[])
                    as s (partition, from_offset, next, until)
                where o.topic = $1 and o.topic_id = $2 and o.partition = s.partition
                    and o.next_offset = s.from_offset
                """,
                Tuple.of(topic, topicId)
                        .addArrayOfInteger(rows.keySet().toArray(Integer[]::new))
                        .addArrayOfLong(rows.values().stream().map(Step::from).toArray(Long[]::new))
                        .addArrayOfLong(rows.values().stream().map(Step::next).toArray(Long[]::new))
                        .addArrayOfOffsetDateTime(rows.values().stream()
                                .map(step -> step.until().atOffset(ZoneOffset.UTC))
                                .toArray(OffsetDateTime[]::new)));
        if (moved.rowCount() != steps.size()) {
            throw new FencedException();
        }
    }

    /**
     * Where the partitions are. One that was never read begins at 0.
     *
     * @return the next offset by partition; without those that were read from a topic with another id
     */
    Map<Integer, Long> of(String topic, String topicId, Collection<Integer> partitions) {
        return transactions.run(statements -> of(statements, topic, topicId, partitions));
    }

    private static Map<Integer, Long> of(
            Statements statements, String topic, String topicId, Collection<Integer> partitions) {
        statements.run("""
                insert into consumer_offset (topic, partition, topic_id, next_offset, read_until)
                select $1, partition, $2, 0, '-infinity' from unnest($3::int[]) as p (partition) order by partition
                on conflict do nothing
                """, Tuple.of(topic, topicId).addArrayOfInteger(partitions.toArray(Integer[]::new)));
        var found = new HashMap<Integer, Long>();
        statements
                .run(
                        "select partition, next_offset from consumer_offset "
                                + "where topic = $1 and topic_id = $2 and partition = any($3)",
                        Tuple.of(topic, topicId).addArrayOfInteger(partitions.toArray(Integer[]::new)))
                .forEach(row -> found.put(row.getInteger("partition"), row.getLong("next_offset")));
        return found;
    }

    /**
     * Says that nothing waits in these partitions: what is read from them later is appended later. Blocks.
     *
     * @param next where the reader believes them to be; one that is elsewhere is left alone
     * @param ago how old the news is at most
     */
    void caughtUp(String topic, String topicId, Map<Integer, Long> next, Duration ago) {
        transactions.run(statements -> statements.run(
                """
                update consumer_offset o
                set read_until = greatest(o.read_until, now() - $5::bigint * interval '1 second')
                from unnest($3::int[], $4::bigint[]) as s (partition, next)
                where o.topic = $1 and o.topic_id = $2 and o.partition = s.partition and o.next_offset = s.next
                """,
                Tuple.of(topic, topicId)
                        .addArrayOfInteger(next.keySet().toArray(Integer[]::new))
                        .addArrayOfLong(next.values().toArray(Long[]::new))
                        .addLong(ago.plus(IN_FLIGHT).toSeconds())));
    }
}
