package io.tallystick.billing.channel;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.channel.VoucherResult.Accepted;
import io.tallystick.billing.channel.VoucherResult.Rejected;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.events.ChannelChanged;
import io.tallystick.events.ChannelChanged.Serving;
import io.tallystick.kit.outbox.Outbox;
import io.tallystick.kit.outbox.OutboxMessage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.hibernate.reactive.mutiny.Mutiny;

/** All channels. One method is one transaction, or a step of the caller's; {@link Channel} decides. */
@ApplicationScoped
public class Channels {
    /** Most channels on one page. */
    public static final int PAGE = 100;

    private static final String SOURCE = "/billing-service";

    private static final String PREPAID = "from Channel where tenant = :tenant and payer in (:payers) "
            + "and accountCeiling > 0 and receiver = :receiver and chainId = :chain and token = :token order by id";

    private final Database database;
    private final Outbox outbox;
    private final ForeignChannels foreign;
    private final BigInteger lowUnits;
    private final long chainId;

    Channels(Database database, Outbox outbox, ForeignChannels foreign, ChannelsConfig config, ChainConfig chain) {
        this.database = database;
        this.outbox = outbox;
        this.foreign = foreign;
        this.lowUnits = config.lowUnits();
        this.chainId = chain.id();
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

    /** Channels in the order asked; one that is not there is left out. */
    public Uni<List<Channel>> find(List<ChannelId> ids) {
        return database.inTransaction(session -> session.createSelectionQuery(
                                "from Channel where id in (:ids)", ChannelEntity.class)
                        .setParameter("ids", ids.stream().map(ChannelId::hex).toList())
                        .getResultList())
                .map(rows -> rows.stream()
                        .map(ChannelEntity::toChannel)
                        .sorted(Comparator.comparingInt(channel -> ids.indexOf(channel.id())))
                        .toList());
    }

    /** Channels on our chain that the contract was not asked about since {@code before}, the longest ago first. */
    public Uni<List<ChannelTimes>> seenBefore(Instant before, int limit) {
        return database.inTransaction(session -> session.createSelectionQuery(
                        "from Channel where seenAt < :before and chainId = :chain order by seenAt, id",
                        ChannelEntity.class)
                .setParameter("chain", chainId)
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

    /** Stores what the contract said at the newest block, and that it was asked: nothing else counts as having asked. */
    public Uni<Optional<Channel>> seen(ChannelId id, ChannelReading reading, Instant now) {
        return database.inTransaction(session -> row(session, id).chain(found -> {
            found.ifPresent(row -> row.seenAt = now);
            return found.isEmpty()
                    ? Uni.createFrom().item(Optional.<Channel>empty())
                    : put(session, found.get().toChannel().seen(reading), now).map(Optional::of);
        }));
    }

    /** Keeps a channel that made a claim fail out of claims until {@code until}. */
    public Uni<Void> leaveAlone(ChannelId id, Instant until) {
        return database.inTransaction(session -> row(session, id)
                .invoke(found -> found.ifPresent(row -> row.leftAloneUntil = until))
                .replaceWithVoid());
    }

    /** Stores what the contract said at a final block. */
    public Uni<Optional<Channel>> finalized(ChannelId id, ChannelReading reading, Instant now) {
        return change(id, now, channel -> channel.finalized(reading));
    }

    /**
     * Decides on a voucher that is not part of a call: it is the payer's consent to be charged for accounts, up to its
     * total. A voucher that {@code authorized} already covers is none: a call's voucher is no secret, so whoever saw it
     * could bring it here.
     */
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
                ? put(session, channel, now)
                        .chain(() -> row(session, channel.id()))
                        .invoke(row -> row.orElseThrow().accountCeiling =
                                channel.authorized().units())
                        .replaceWith(result)
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

    /** Up to which total accounts may be charged on a locked channel. */
    public Uni<TokenAmount> accountCeiling(Mutiny.Session session, Channel locked) {
        return row(session, locked.id())
                .map(row -> new TokenAmount(locked.charged().asset(), row.orElseThrow().accountCeiling));
    }

    /** Whose channels may serve calls that come without a voucher, and where they have to pay. */
    public record Payers(String tenant, Asset asset, Address receiver, Set<Address> payers) {}

    /** A channel, and up to which of its totals the payer signed for more than one call. */
    public record Prepaid(Channel channel, TokenAmount ceiling) {}

    /** Ids of these payers' channels that may serve calls without a voucher of their own, in their order. */
    public Uni<List<ChannelId>> prepaidIds(Mutiny.Session session, Payers payers, int limit) {
        return prepaid(session, "select id " + PREPAID, payers, String.class)
                .setMaxResults(limit)
                .getResultList()
                .map(ids -> ids.stream().map(ChannelId::new).toList());
    }

    /** The same channels as they stand, read and not locked. */
    public Uni<List<Prepaid>> prepaid(Payers payers, int limit) {
        return database.inTransaction(session -> prepaid(session, PREPAID, payers, ChannelEntity.class)
                .setMaxResults(limit)
                .getResultList()
                .map(rows -> rows.stream()
                        .map(row -> new Prepaid(row.toChannel(), new TokenAmount(payers.asset(), row.accountCeiling)))
                        .toList()));
    }

    private static <T> Mutiny.SelectionQuery<T> prepaid(
            Mutiny.Session session, String query, Payers payers, Class<T> type) {
        return session.createSelectionQuery(query, type)
                .setParameter("tenant", payers.tenant())
                .setParameter(
                        "payers", payers.payers().stream().map(Address::hex).toList())
                .setParameter("receiver", payers.receiver().hex())
                .setParameter("chain", payers.asset().chainId())
                .setParameter("token", payers.asset().contract().hex());
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
                return Uni.createFrom().item(channel);
            }
            warn(before, channel);
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

    /** Keeps what the payer of a locked channel is told at the start of a stream. Only ever rises. */
    public Uni<Void> announce(Mutiny.Session session, ChannelId id, TokenAmount total) {
        return row(session, id)
                .map(Optional::orElseThrow)
                .invoke(row -> row.announced =
                        row.announced().map(total::greater).orElse(total).units())
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
                row.toChannel(),
                row.seenAt,
                Optional.ofNullable(row.exposedSince),
                Optional.ofNullable(row.turnUntil),
                row.announced());
    }
}
