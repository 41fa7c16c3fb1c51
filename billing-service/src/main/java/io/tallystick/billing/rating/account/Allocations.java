package io.tallystick.billing.rating.account;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.ledger.LedgerAccount;
import io.tallystick.billing.ledger.Transfer;
import io.tallystick.billing.ledger.Transfer.Posted;
import io.tallystick.billing.ledger.Transfers;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.rating.Account;
import io.tallystick.billing.signature.ChannelId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Moves what accounts owe to where it is paid: to the payer's channels as far as these were signed for accounts, and into the
 * ledger. One method is one transaction; locks are taken in the order account, books, channel.
 */
@ApplicationScoped
class Allocations {
    private static final int CHANNELS_AT_ONCE = 20;

    private final Database database;
    private final Channels channels;
    private final Transfers transfers;

    Allocations(Database database, Channels channels, Transfers transfers) {
        this.database = database;
        this.channels = channels;
        this.transfers = transfers;
    }

    /**
     * Accounts that owe something, and whose payer has a channel with room for some of it. Those that failed since
     * {@code faultsBefore} wait.
     */
    Uni<List<AccountEntity.Key>> owing(Instant faultsBefore, int limit) {
        return database.inTransaction(session -> session.createNativeQuery("""
                        select a.tenant, a.subject from account a
                        where a.payer is not null and a.debited - a.credited > a.charged
                            and (a.fault is distinct from :fault or a.fault_at < :before) and exists (
                            select 1 from channel c
                            where c.tenant = a.tenant and c.payer = a.payer
                                and a.asset = 'eip155:' || c.chain_id || '/erc20:' || c.token
                                and c.charged + c.held < least(c.account_ceiling,
                                    c.deposited_pending - c.withdrawn_pending - c.refunding))
                        order by a.fault_at nulls first, a.tenant, a.subject
                        """, Object[].class)
                .setParameter("fault", AccountFault.ALLOCATION_FAILED.code())
                .setParameter("before", faultsBefore)
                .setMaxResults(limit)
                .getResultList()
                .map(rows -> rows.stream()
                        .map(row -> new AccountEntity.Key((String) row[0], (String) row[1]))
                        .toList()));
    }

    /** Accounts that moved since the ledger followed them. Those that failed since {@code faultsBefore} wait. */
    Uni<List<AccountEntity.Key>> notBooked(Instant faultsBefore, int limit) {
        return database.inTransaction(session -> session.createQuery(
                        "select a.key from AccountEntity a"
                                + " where (a.debited <> a.debitedBooked or a.credited <> a.creditedBooked)"
                                + " and (a.fault is distinct from :fault or a.faultAt < :before) order by a.faultAt nulls first",
                        AccountEntity.Key.class)
                .setParameter("fault", AccountFault.BOOKING_FAILED.code())
                .setParameter("before", faultsBefore)
                .setMaxResults(limit)
                .getResultList());
    }

    /** Charges what an account owes on its payer's channels, as far as each has room for accounts. */
    Uni<Void> allocate(AccountEntity.Key key, Instant now) {
        return database.inTransaction(session -> session.find(AccountEntity.class, key, LockModeType.PESSIMISTIC_WRITE)
                .invoke(row -> row.recovered(AccountFault.ALLOCATION_FAILED))
                .chain(row -> ids(session, row).chain(ids -> Multi.createFrom()
                        .iterable(ids)
                        .onItem()
                        .transformToUniAndConcatenate(id -> allocate(session, row, id, now))
                        .collect()
                        .last())));
    }

    private static Uni<List<ChannelId>> ids(Mutiny.Session session, AccountEntity row) {
        var asset = Asset.parse(row.asset);
        return session.createNativeQuery("""
                        select id from channel
                        where tenant = :tenant and payer = :payer and chain_id = :chain and token = :token
                            and charged + held < least(account_ceiling,
                                deposited_pending - withdrawn_pending - refunding)
                        order by id
                        """, String.class)
                .setParameter("tenant", row.key.tenant())
                .setParameter("payer", row.payer)
                .setParameter("chain", asset.chainId())
                .setParameter("token", asset.contract().hex())
                .setMaxResults(CHANNELS_AT_ONCE)
                .getResultList()
                .map(ids -> ids.stream().map(ChannelId::new).toList());
    }

    private Uni<Void> allocate(Mutiny.Session session, AccountEntity row, ChannelId id, Instant now) {
        var books = LedgerAccount.channel(row.key.tenant(), Asset.parse(row.asset), id.hex());
        return transfers
                .lock(session, books)
                .chain(() -> channels.lock(session, id))
                .map(Optional::orElseThrow)
                .chain(channel -> channels.accountCeiling(session, channel).chain(ceiling -> {
                    var allocation = row.toAccount().allocate(channel.roomForAccounts(ceiling));
                    return allocation.amount().isZero()
                            ? Uni.createFrom().voidItem()
                            : move(session, row, channel, allocation, now);
                }));
    }

    private Uni<Void> move(
            Mutiny.Session session, AccountEntity row, Channel channel, Account.Allocation allocation, Instant now) {
        row.copyFrom(allocation.account());
        var asset = allocation.amount().asset();
        var transfer = new Posted(
                "allocated/" + row.key.tenant() + "/" + row.key.subject() + "/" + row.charged,
                LedgerAccount.channel(row.key.tenant(), asset, channel.id().hex()),
                LedgerAccount.receivable(row.key.tenant(), asset, row.key.subject()),
                allocation.amount());
        return transfers
                .allocated(session, transfer, now)
                .chain(() -> channels.put(session, channel.allocate(allocation.amount()), now))
                .replaceWithVoid();
    }

    /** Brings the ledger level with an account: one transfer for what was debited since, and one for what was credited. */
    Uni<Void> book(AccountEntity.Key key, Instant now) {
        return database.inTransaction(session -> session.find(AccountEntity.class, key, LockModeType.PESSIMISTIC_WRITE)
                .chain(row -> {
                    var receivable = LedgerAccount.receivable(key.tenant(), Asset.parse(row.asset), key.subject());
                    var moved = moved(row, receivable);
                    row.debitedBooked = row.debited;
                    row.creditedBooked = row.credited;
                    row.recovered(AccountFault.BOOKING_FAILED);
                    return transfers.book(session, receivable, moved, now);
                }));
    }

    private static List<Transfer> moved(AccountEntity row, LedgerAccount receivable) {
        var revenue = LedgerAccount.revenue(receivable.tenant(), receivable.asset());
        var name = receivable.tenant() + "/" + receivable.owner() + "/";
        var account = row.toAccount();
        var moved = new ArrayList<Transfer>();
        var debited = account.debited().minus(new TokenAmount(receivable.asset(), row.debitedBooked));
        var credited = account.credited().minus(new TokenAmount(receivable.asset(), row.creditedBooked));
        if (!debited.isZero()) {
            moved.add(new Posted("rated/" + name + row.debited, receivable, revenue, debited));
        }
        if (!credited.isZero()) {
            moved.add(new Posted("credited/" + name + row.credited, revenue, receivable, credited));
        }
        return moved;
    }
}
