package io.tallystick.billing.ledger;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.ledger.Transfer.Accepted;
import io.tallystick.billing.ledger.Transfer.Posted;
import io.tallystick.billing.ledger.Transfer.Rejected;
import io.tallystick.billing.money.TokenAmount;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * All transfers, and the books of the channels. Works in the caller's transaction, which also writes what the transfer
 * books. A channel's books are locked before the channel's own row, everywhere.
 */
@ApplicationScoped
public class Transfers {
    private static final String OPEN_BOOKS = """
            insert into channel_books (channel_id, tenant, asset, charged, claimed, claims)
            values (:channel, :tenant, :asset, 0, 0, 0)
            on conflict do nothing
            """;

    /**
     * Books transfers in their order, each once: one that is there already is left as it is.
     *
     * @throws IllegalStateException if another transfer has the same id, or a pending one was ended otherwise: a fault,
     *     so the transaction is rolled back
     */
    public Uni<Void> book(
            Mutiny.Session session, LedgerAccount books, List<? extends Transfer> transfers, Instant now) {
        return Multi.createFrom()
                .iterable(transfers)
                .onItem()
                .transformToUniAndConcatenate(transfer -> book(session, books, transfer, now))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private static Uni<Accepted> book(Mutiny.Session session, LedgerAccount books, Transfer transfer, Instant now) {
        return session.find(TransferEntity.class, transfer.id())
                .map(Optional::ofNullable)
                .chain(same -> same.isPresent()
                        ? Uni.createFrom().item(repeated(transfer, same.get().toTransfer()))
                        // Two at once: the unique keys answer, and the later transaction is tried again.
                        : session.persist(TransferEntity.of(transfer, books, now))
                                .chain(session::flush)
                                .replaceWith(Accepted.BOOKED));
    }

    private static Accepted repeated(Transfer transfer, Transfer same) {
        return switch (transfer.decide(Optional.of(same), Optional.empty(), Optional.empty())) {
            case Accepted accepted -> accepted;
            case Rejected rejected -> throw new IllegalStateException("transfer " + transfer.id() + ": " + rejected);
        };
    }

    /** Brings the books of a channel level with its totals, which the caller reads after this locked the books. */
    public Uni<Void> follow(Mutiny.Session session, LedgerAccount channel, Uni<ChannelTotals> totals, Instant now) {
        return books(session, channel)
                .chain(row -> totals.chain(seen -> {
                    var books = row.toBooks();
                    var transfers = books.follow(seen.charged(), seen.claimedFinal(), seen.claimedSeen());
                    for (var transfer : transfers) {
                        books = books.with(transfer);
                    }
                    var level = books;
                    // The books name a pending transfer, so it has to be there before them.
                    return book(session, channel, transfers, now).invoke(() -> row.copyFrom(level));
                }));
    }

    /** A channel's totals at one moment, as {@link ChannelBooks#follow} takes them. */
    public record ChannelTotals(TokenAmount charged, TokenAmount claimedFinal, TokenAmount claimedSeen) {}

    /** Books what an account's allocation charges on a channel; to be followed by the channel's own row. */
    public Uni<Void> allocated(Mutiny.Session session, Posted transfer, Instant now) {
        return books(session, transfer.debit())
                .invoke(row -> row.copyFrom(row.toBooks().with(transfer)))
                .chain(() -> book(session, transfer.debit(), List.of(transfer), now));
    }

    /** Locks a channel's books, opening them first if need be. */
    public Uni<Void> lock(Mutiny.Session session, LedgerAccount channel) {
        return books(session, channel).replaceWithVoid();
    }

    private static Uni<ChannelBooksEntity> books(Mutiny.Session session, LedgerAccount channel) {
        return session.createNativeQuery(OPEN_BOOKS)
                .setParameter("channel", channel.owner())
                .setParameter("tenant", channel.tenant())
                .setParameter("asset", channel.asset().id())
                .executeUpdate()
                .chain(() -> session.find(ChannelBooksEntity.class, channel.owner(), LockModeType.PESSIMISTIC_WRITE));
    }
}
