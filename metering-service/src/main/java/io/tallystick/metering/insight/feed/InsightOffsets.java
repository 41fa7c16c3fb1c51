package io.tallystick.metering.insight.feed;

import io.tallystick.metering.insight.feed.FeedTransactions.Statements;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How far each partition has been read. Kept in the database, in the transaction that takes in what was read. */
@ApplicationScoped
class InsightOffsets {
    private final FeedTransactions transactions;

    InsightOffsets(FeedTransactions transactions) {
        this.transactions = transactions;
    }

    /** A partition of a topic that Kafka gave this id. */
    record Partition(String topic, String topicId, int number) {}

    /**
     * @param from where the reader believes the partition to be
     * @param next the offset it reads next
     */
    record Step(Partition partition, long from, long next) {}

    /** Somebody else moved a partition on: what this reader holds of it was or will be taken in by the other. */
    static final class FencedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        FencedException() {
            super("another reader moved the partition on");
        }
    }

    /**
     * Moves the partitions on, unless they are not where the reader believes.
     *
     * @throws FencedException if one is not; nothing of the transaction may then be committed
     */
    void move(Statements statements, List<Step> steps) {
        var moved = statements.run(
                """
                update insight_offset o set next_offset = s.next
                from unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::bigint[])
                    as s (topic, topic_id, partition, from_offset, next)
                where o.topic = s.topic and o.topic_id = s.topic_id and o.partition = s.partition
                    and o.next_offset = s.from_offset
                """,
                columns(steps.stream().map(Step::partition).toList())
                        .addArrayOfLong(steps.stream().map(Step::from).toArray(Long[]::new))
                        .addArrayOfLong(steps.stream().map(Step::next).toArray(Long[]::new)));
        if (moved.rowCount() != steps.size()) {
            throw new FencedException();
        }
    }

    /**
     * Where the partitions are. One that was never read begins with the oldest record that the broker has.
     *
     * @return the next offset; without those that were read from a topic with another id
     */
    Map<Partition, Long> of(Collection<Partition> partitions, Map<Partition, Long> oldest) {
        var asked = List.copyOf(partitions);
        return transactions.run(statements -> {
            statements.run(
                    """
                    insert into insight_offset (topic, topic_id, partition, next_offset)
                    select * from unnest($1::text[], $2::text[], $3::int[], $4::bigint[])
                        as p (topic, topic_id, partition, next) order by topic, partition
                    on conflict do nothing
                    """,
                    columns(asked)
                            .addArrayOfLong(asked.stream().map(oldest::get).toArray(Long[]::new)));
            var found = new HashMap<Partition, Long>();
            statements
                    .run("""
                            select o.topic, o.topic_id, o.partition, o.next_offset from insight_offset o
                            join unnest($1::text[], $2::text[], $3::int[]) as p (topic, topic_id, partition)
                                using (topic, topic_id, partition)
                            """, columns(asked))
                    .forEach(row -> found.put(
                            new Partition(
                                    row.getString("topic"), row.getString("topic_id"), row.getInteger("partition")),
                            row.getLong("next_offset")));
            return found;
        });
    }

    private static Tuple columns(List<Partition> partitions) {
        return Tuple.tuple()
                .addArrayOfString(partitions.stream().map(Partition::topic).toArray(String[]::new))
                .addArrayOfString(partitions.stream().map(Partition::topicId).toArray(String[]::new))
                .addArrayOfInteger(partitions.stream().map(Partition::number).toArray(Integer[]::new));
    }
}
