package io.tallystick.billing.reconciliation;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.ledger.LedgerAccount;
import io.tallystick.billing.ledger.Transfers;
import io.tallystick.billing.ledger.Transfers.ChannelTotals;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.signature.ChannelId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Brings the ledger level with the channels: one transfer a channel and interval, however many calls there were. Calls
 * themselves never write to the provider's side of the ledger.
 */
@ApplicationScoped
class LedgerSweep {
    private static final int CHANNELS_AT_ONCE = 500;

    /** What was claimed before we knew the channel is somebody else's, and in no books of ours. */
    private static final String NOT_LEVEL = """
            select c.id, c.tenant, c.chain_id, c.token
            from channel c left join channel_books b on b.channel_id = c.id
            where c.charged - c.base <> coalesce(b.charged, 0)
                or greatest(c.claimed_final - c.base, 0) <> coalesce(b.claimed, 0)
                or greatest(c.claimed_pending - c.base, 0) - greatest(c.claimed_final - c.base, 0)
                    <> coalesce(b.pending_units, 0)
            limit :limit
            """;

    private final Database database;
    private final Channels channels;
    private final Transfers transfers;
    private final Clock clock = Clock.systemUTC();

    LedgerSweep(Database database, Channels channels, Transfers transfers) {
        this.database = database;
        this.channels = channels;
        this.transfers = transfers;
    }

    /** A channel that fails is named; those after it are next all the same. */
    @Scheduled(every = "${tallystick.ledger.every:10s}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> followChannels() {
        return notLevel().chain(accounts -> Multi.createFrom()
                .iterable(accounts)
                .onItem()
                .transformToUniAndConcatenate(account -> follow(account)
                        .onFailure()
                        .invoke(e -> Log.errorf(e, "the ledger does not follow, account=%s", account.name()))
                        .onFailure()
                        .recoverWithNull())
                .collect()
                .last());
    }

    private Uni<List<LedgerAccount>> notLevel() {
        return database.inTransaction(session -> session.createNativeQuery(NOT_LEVEL, Object[].class)
                .setParameter("limit", CHANNELS_AT_ONCE)
                .getResultList()
                .map(rows -> rows.stream().map(LedgerSweep::account).toList()));
    }

    private static LedgerAccount account(Object[] row) {
        var asset = new Asset(((Number) row[2]).longValue(), new Address((String) row[3]));
        return LedgerAccount.channel((String) row[1], asset, (String) row[0]);
    }

    private Uni<Void> follow(LedgerAccount account) {
        return database.inTransaction(
                session -> transfers.follow(session, account, totals(session, account), clock.instant()));
    }

    private Uni<ChannelTotals> totals(Mutiny.Session session, LedgerAccount account) {
        return channels.lock(session, new ChannelId(account.owner())).map(found -> totals(found.orElseThrow()));
    }

    private static ChannelTotals totals(Channel channel) {
        var claimed = channel.chain().claimed();
        var base = channel.base();
        return new ChannelTotals(
                channel.earned(),
                claimed.finalized().minusOrZero(base),
                claimed.pending().minusOrZero(base));
    }
}
