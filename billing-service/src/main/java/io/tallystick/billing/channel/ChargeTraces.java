package io.tallystick.billing.channel;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.kit.outbox.TraceParent;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * The traces of calls that were charged on a channel, kept until a claim settles them. Charges are totals that only rise,
 * so a claim's total alone says which calls it settles.
 */
@ApplicationScoped
public class ChargeTraces {
    private final Database database;

    ChargeTraces(Database database) {
        this.database = database;
    }

    /**
     * A charged call.
     *
     * @param hold the id of its hold
     */
    public record Charged(ChannelId channel, UUID hold, String traceparent, Instant at) {}

    /** Writes down, in the caller's transaction, in which trace the call was charged; nothing if that is not kept. */
    public Uni<Void> put(Mutiny.Session session, ChannelId channel, TokenAmount total, UUID hold, Instant now) {
        var trace = TraceParent.current();
        if (trace.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return session.createNativeQuery("insert into charge_trace (channel, total, hold, traceparent, charged_at)"
                        + " values (:channel, :total, :hold, :trace, :now) on conflict do nothing")
                .setParameter("channel", channel.hex())
                .setParameter("total", new BigDecimal(total.units()))
                .setParameter("hold", hold)
                .setParameter("trace", trace)
                .setParameter("now", now)
                .executeUpdate()
                .replaceWithVoid();
    }

    /** The newest calls that a claim of {@code total} settles, at most {@code limit}. */
    public Uni<List<Charged>> settledBy(ChannelId channel, TokenAmount total, int limit) {
        return database.inTransaction(session -> session.createNativeQuery(
                        "select hold, traceparent, charged_at from charge_trace"
                                + " where channel = :channel and total <= :total order by total desc",
                        Object[].class)
                .setParameter("channel", channel.hex())
                .setParameter("total", new BigDecimal(total.units()))
                .setMaxResults(limit)
                .getResultList()
                .map(rows -> rows.stream().map(row -> charged(channel, row)).toList()));
    }

    private static Charged charged(ChannelId channel, Object[] row) {
        return new Charged(channel, (UUID) row[0], (String) row[1], ((OffsetDateTime) row[2]).toInstant());
    }

    /** Forgets the calls that a claim of {@code total} settled. */
    public Uni<Void> forget(ChannelId channel, TokenAmount total) {
        return database.inTransaction(session -> session.createNativeQuery(
                        "delete from charge_trace where channel = :channel and total <= :total")
                .setParameter("channel", channel.hex())
                .setParameter("total", new BigDecimal(total.units()))
                .executeUpdate()
                .replaceWithVoid());
    }
}
