package io.tallystick.billing.channel;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.channel.VoucherResult.Accepted;
import io.tallystick.billing.channel.VoucherResult.Rejected;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.events.ChannelChanged;
import io.tallystick.events.ChannelChanged.Serving;
import io.tallystick.kit.outbox.Outbox;
import io.tallystick.kit.outbox.OutboxMessage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.hibernate.reactive.mutiny.Mutiny;

/** All channels. One method is one transaction, or a step of the caller's; {@link Channel} decides. */
@ApplicationScoped
public class Channels {
    /** Most channels on one page. */
    public static final int PAGE = 100;

    private static final String SOURCE = "/billing-service";

    private final Database database;
    private final Outbox outbox;
    private final ForeignChannels foreign;
    private final BigInteger lowUnits;

    Channels(Database database, Outbox outbox, ForeignChannels foreign, ChannelsConfig config) {
        this.database = database;
        this.outbox = outbox;
        this.foreign = foreign;
        this.lowUnits = config.lowUnits();
    }

    public Uni<Optional<ChannelTimes>> find(ChannelId id) {
        return database.inTransaction(session -> session.find(ChannelEntity.class, id.hex())
                .map(row -> Optional.ofNullable(row).map(Channels::times)));
    }

    /** A tenant's channels after {@code after} in the order of their ids, at most {@link #PAGE}. */
    public Uni<List<Channel>> page(String tenant, String after) {
        return database.inTransaction(session -> session.createSelectionQuery(
                        "from Channel where tenant = :tenant and id > :after order by id", ChannelEntity.class)
                .setParameter("tenant", tenant)
                .setParameter("after", after)
                .setMaxResults(PAGE)
                .getResultList()
                .map(rows -> rows.stream().map(ChannelEntity::toChannel).toList()));
    }

    /** Channels whose oldest unclaimed charge was made before {@code before}, oldest first. */
    public Uni<List<ChannelTimes>> exposedBefore(Instant before, int limit) {
        return database.inTransaction(session -> session.createSelectionQuery(
                        "from Channel where exposedSince < :before order by exposedSince, id", ChannelEntity.class)
                .setParameter("before", before)
                .setMaxResults(limit)
                .getResultList()
                .map(rows -> rows.stream().map(Channels::times).toList()));
    }

    /** Channels that the contract was not asked about since {@code before}, the longest ago first. */
    public Uni<List<ChannelTimes>> seenBefore(Instant before, int limit) {
        return database.inTransaction(session -> session.createSelectionQuery(
                        "from Channel where seenAt < :before order by seenAt, id", ChannelEntity.class)
                .setParameter("before", before)
                .setMaxResults(limit)
                .getResultList()
                .map(rows -> rows.stream().map(Channels::times).toList()));
    }

    /** Writes a channel down unless it is there already, and answers what is there. */
    public Uni<Channel> open(Channel opened, Instant now) {
        return database.inTransaction(session ->
                        session.persist(ChannelEntity.of(opened, now)).chain(session::flush))
                .replaceWith(opened)
                .onFailure(Database::isTaken)
                .recoverWithUni(
                        () -> find(opened.id()).map(found -> found.orElseThrow().channel()));
    }

    /** Stores what the contract said at the newest block. */
    public Uni<Optional<Channel>> seen(ChannelId id, ChannelReading reading, Instant now) {
        return change(id, now, channel -> channel.seen(reading));
    }

    /** Stores what the contract said at a final block. */
    public Uni<Optional<Channel>> finalized(ChannelId id, ChannelReading reading, Instant now) {
        return change(id, now, channel -> channel.finalized(reading));
    }

    /** Decides on a voucher that is not part of a call. */
    public Uni<VoucherResult> accept(ChannelId id, Voucher voucher, Address signer, Instant now) {
        return database.inTransaction(session -> lock(session, id)
                .chain(found -> found.isEmpty()
                        ? Uni.createFrom().item(Rejected.UNKNOWN_CHANNEL)
                        : foreign.contains(session, found.get())
                                .chain(elsewhere -> elsewhere
                                        ? Uni.createFrom().item(Rejected.UNKNOWN_CHANNEL)
                                        : accepted(session, found.get().accept(voucher, signer), now))));
    }

    private Uni<VoucherResult> accepted(Mutiny.Session session, VoucherResult result, Instant now) {
        return result instanceof Accepted(var channel, var _)
                ? put(session, channel, now).replaceWith(result)
                : Uni.createFrom().item(result);
    }

    /** A fact or a decision that cannot be refused, in a transaction of its own. */
    public Uni<Optional<Channel>> change(ChannelId id, Instant now, UnaryOperator<Channel> change) {
        return database.inTransaction(session -> lock(session, id)
                .chain(found -> found.isEmpty()
                        ? Uni.createFrom().item(Optional.<Channel>empty())
                        : put(session, change.apply(found.get()), now).map(Optional::of)));
    }

    /** Locks the channel's row in the caller's transaction, so that two calls at once are decided one after another. */
    public Uni<Optional<Channel>> lock(Mutiny.Session session, ChannelId id) {
        return row(session, id).map(row -> row.map(ChannelEntity::toChannel));
    }

    /** As {@link #lock}, with the times. */
    public Uni<Optional<ChannelTimes>> lockTimes(Mutiny.Session session, ChannelId id) {
        return row(session, id).map(row -> row.map(Channels::times));
    }

    /** Writes a locked channel back and tells the others. */
    public Uni<Channel> put(Mutiny.Session session, Channel channel, Instant now) {
        return row(session, channel.id()).map(Optional::orElseThrow).chain(row -> {
            var before = row.toChannel();
            if (before.equals(channel)) {
                row.seenAt = now;
                return Uni.createFrom().item(channel);
            }
            warn(before, channel);
            row.seenAt = channel.chain().block() != before.chain().block() ? now : row.seenAt;
            row.copyFrom(channel, now);
            return outbox.put(session, List.of(OutboxMessage.of(SOURCE, changed(row, channel, now), now)))
                    .replaceWith(channel);
        });
    }

    /** Lets whoever was just told our books go first until {@code until}; empty ends it. */
    public Uni<Void> giveTurn(Mutiny.Session session, ChannelId id, Optional<Instant> until) {
        return row(session, id)
                .map(Optional::orElseThrow)
                .invoke(row -> row.turnUntil = until.orElse(null))
                .replaceWithVoid();
    }

    private static Uni<Optional<ChannelEntity>> row(Mutiny.Session session, ChannelId id) {
        return session.find(ChannelEntity.class, id.hex(), LockModeType.PESSIMISTIC_WRITE)
                .map(Optional::ofNullable);
    }

    private static void warn(Channel before, Channel now) {
        if (now.shortfall().exceeds(before.shortfall())) {
            Log.errorf(
                    "a payer's exit left charges uncovered, channel=%s, shortfall=%s, tenant=%s",
                    now.id(), now.shortfall().units(), now.tenant());
        }
    }

    private ChannelChanged changed(ChannelEntity row, Channel channel, Instant now) {
        var left = channel.drawable().minusOrZero(channel.spokenFor()).units();
        var serving = channel.closing() ? Serving.CLOSED : left.compareTo(lowUnits) < 0 ? Serving.LOW : Serving.OPEN;
        var asset = channel.charged().asset();
        return new ChannelChanged(
                channel.tenant(), channel.id().hex(), channel.payer(), asset.id(), serving, left, row.version, now);
    }

    private static ChannelTimes times(ChannelEntity row) {
        return new ChannelTimes(
                row.toChannel(), row.seenAt, Optional.ofNullable(row.exposedSince), Optional.ofNullable(row.turnUntil));
    }
}
