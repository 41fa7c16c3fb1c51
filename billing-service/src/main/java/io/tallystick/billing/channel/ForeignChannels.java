package io.tallystick.billing.channel;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.signature.ChannelId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Channels whose books a server that is not ours keeps. A channel has one set of books: a voucher that two servers took
 * would be served twice and claimed once. Whoever has it first keeps it: we by a voucher in our books, a server by a row
 * here.
 */
@ApplicationScoped
public class ForeignChannels {
    private static final String LOCK = "select cast(pg_advisory_xact_lock(hashtextextended(:id, 402)) as text)";

    private static final String KNOWN = "select exists (select 1 from foreign_channel where channel_id = :id)";

    private static final String REMEMBER = """
            insert into foreign_channel (channel_id, tenant, since)
            select :id, :tenant, :since
            where not exists (select 1 from channel where id = :id and voucher_signature is not null)
            on conflict do nothing
            """;

    private static final String OURS = """
            select count(*) from channel c where c.id = any (string_to_array(:ids, ',')) and c.voucher_signature is not null
                and not exists (select 1 from foreign_channel f where f.channel_id = c.id)
            """;

    private final Database database;

    ForeignChannels(Database database) {
        this.database = database;
    }

    /**
     * Leaves a channel to a tenant's own server.
     *
     * @return false, with nothing changed, if its books are ours
     */
    public Uni<Boolean> leave(String tenant, ChannelId id, Instant now) {
        return database.inTransaction(session -> contains(session, id)
                .chain(known -> known
                        ? Uni.createFrom().item(true)
                        : lock(session, id)
                                .chain(() -> session.createNativeQuery(REMEMBER)
                                        .setParameter("id", id.hex())
                                        .setParameter("tenant", tenant)
                                        .setParameter("since", now)
                                        .executeUpdate())
                                .chain(() -> contains(session, id))));
    }

    /** Whether another server keeps the channel's books. */
    public Uni<Boolean> contains(ChannelId id) {
        return database.inTransaction(session -> contains(session, id));
    }

    /** As {@link #contains}, decided together with the first voucher that the caller's transaction writes. */
    public Uni<Boolean> contains(Mutiny.Session session, Channel channel) {
        return channel.voucher().isPresent()
                ? contains(session, channel.id())
                : lock(session, channel.id()).chain(() -> contains(session, channel.id()));
    }

    /** Whether we keep the books of one of these channels. */
    public Uni<Boolean> anyIsOurs(List<ChannelId> ids) {
        return ids.isEmpty()
                ? Uni.createFrom().item(false)
                : database.inTransaction(session -> session.createNativeQuery(OURS, Long.class)
                        .setParameter("ids", ids.stream().map(ChannelId::hex).collect(Collectors.joining(",")))
                        .getSingleResult()
                        .map(count -> count > 0));
    }

    private static Uni<Void> lock(Mutiny.Session session, ChannelId id) {
        return session.createNativeQuery(LOCK, String.class)
                .setParameter("id", id.hex())
                .getSingleResultOrNull()
                .replaceWithVoid();
    }

    private static Uni<Boolean> contains(Mutiny.Session session, ChannelId id) {
        return session.createNativeQuery(KNOWN, Boolean.class)
                .setParameter("id", id.hex())
                .getSingleResult();
    }
}
