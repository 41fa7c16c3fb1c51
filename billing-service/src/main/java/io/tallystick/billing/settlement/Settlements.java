package io.tallystick.billing.settlement;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.events.SettlementChanged;
import io.tallystick.kit.outbox.Outbox;
import io.tallystick.kit.outbox.OutboxMessage;
import io.tallystick.kit.outbox.TraceParent;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;

/** All settlements. One method is one transaction. */
@ApplicationScoped
public class Settlements {
    /** Most settlements on one page, and followed at once. */
    static final int PAGE = 100;

    private static final String SOURCE = "/billing-service";

    private final Database database;
    private final Outbox outbox;
    private final Address escrow;
    private final long chainId;

    Settlements(Database database, Outbox outbox, ChainConfig chain) {
        this.database = database;
        this.outbox = outbox;
        this.escrow = Address.of(chain.escrow());
        this.chainId = chain.id();
    }

    /** @return false, with nothing stored, if one of its channels is in another settlement that is open */
    public Uni<Boolean> plan(Settlement settlement) {
        return database.inTransaction(session -> session.persist(SettlementEntity.of(settlement, TraceParent.current()))
                        .chain(session::flush)
                        .chain(() -> session.persistAll(settlement.claims().stream()
                                .map(claim -> ClaimEntity.of(settlement.id(), claim))
                                .toArray()))
                        .chain(session::flush)
                        .chain(() -> tell(
                                session,
                                settlement,
                                SettlementChanged.State.PLANNED,
                                List.of(),
                                Optional.empty(),
                                settlement.plannedAt()))
                        .replaceWith(true))
                .onFailure(Database::isTaken)
                .recoverWithItem(false);
    }

    /** Those on our chain that are not over and were planned after {@code number}, oldest first, at most {@link #PAGE}. */
    public Uni<List<Followed>> open(long number) {
        return database.inTransaction(session -> session.createSelectionQuery(
                        "from Settlement where state in ('planned', 'signed', 'sent', 'mined')"
                                + " and chainId = :chain and number > :number order by number",
                        SettlementEntity.class)
                .setParameter("chain", chainId)
                .setParameter("number", number)
                .setMaxResults(PAGE)
                .getResultList()
                .chain(rows -> withClaims(session, rows)));
    }

    /** A tenant's settlements before {@code before}, newest first, at most {@link #PAGE}. */
    public Uni<List<Followed>> page(String tenant, long before) {
        return database.inTransaction(session -> session.createSelectionQuery(
                        "from Settlement where tenant = :tenant and number < :before order by number desc",
                        SettlementEntity.class)
                .setParameter("tenant", tenant)
                .setParameter("before", before)
                .setMaxResults(PAGE)
                .getResultList()
                .chain(rows -> withClaims(session, rows)));
    }

    public Uni<Optional<Followed>> find(String tenant, UUID id) {
        return database.inTransaction(session -> session.createSelectionQuery(
                        "from Settlement where tenant = :tenant and id = :id", SettlementEntity.class)
                .setParameter("tenant", tenant)
                .setParameter("id", id)
                .getResultList()
                .chain(rows -> withClaims(session, rows))
                .map(found -> found.stream().findFirst()));
    }

    /**
     * Writes down how far the settlement's transaction has come, and tells the others. When it is in a block or over, its
     * channels may be planned again.
     *
     * @return false if it was written down before, by this process or another
     */
    public Uni<Boolean> follow(Followed before, Transaction transaction, Instant now) {
        var settlement = before.settlement();
        return database.inTransaction(session -> session.createMutationQuery(
                        "update Settlement set state = :state, seen = :seen, attempts = :attempts,"
                                + " failed = :failed, gasUsed = :gasUsed, changedAt = :now where id = :id and seen = :before")
                .setParameter("state", transaction.state().word())
                .setParameter("seen", transaction.version())
                .setParameter("attempts", transaction.attempts().size())
                .setParameter(
                        "failed",
                        transaction.state() instanceof TransactionState.Mined(var _, var in) && !in.succeeded())
                .setParameter("gasUsed", gasUsed(transaction.state()))
                .setParameter("now", now)
                .setParameter("id", settlement.id())
                .setParameter("before", before.seen())
                .executeUpdate()
                .chain(rows -> rows == 0
                        ? Uni.createFrom().item(false)
                        : close(session, settlement.id(), transaction.state())
                                .chain(() -> tell(
                                        session,
                                        settlement,
                                        told(before, transaction),
                                        transaction.hashes(),
                                        inclusion(transaction.state()),
                                        now))
                                .replaceWith(true)));
    }

    /**
     * In a block its claims are known to the contract, and a later claim only adds to them: no channel waits until they are
     * final.
     */
    private static Uni<Integer> close(Mutiny.Session session, UUID id, TransactionState state) {
        return state.settled() || state instanceof TransactionState.Mined
                ? session.createMutationQuery("update SettlementClaim set open = false where settlementId = :id")
                        .setParameter("id", id)
                        .executeUpdate()
                : Uni.createFrom().item(0);
    }

    private Uni<Void> tell(
            Mutiny.Session session,
            Settlement settlement,
            SettlementChanged.State state,
            List<Bytes32> hashes,
            Optional<Inclusion> inclusion,
            Instant now) {
        var asset = settlement.amount().asset();
        var event = new SettlementChanged(
                settlement.tenant(),
                settlement.id().toString(),
                asset.network(),
                state,
                hashes.stream().map(Bytes32::hex).toList(),
                asset.id(),
                settlement.amount().units(),
                inclusion.map(Inclusion::gasUsed).orElse(0L),
                now,
                inclusion.map(Inclusion::gasPriceWei).orElse(BigInteger.ZERO));
        return outbox.put(session, List.of(OutboxMessage.of(SOURCE, event, now)));
    }

    private static SettlementChanged.State told(Followed before, Transaction transaction) {
        return switch (transaction.state()) {
            case TransactionState.Planned _ -> SettlementChanged.State.PLANNED;
            case TransactionState.Signed _, TransactionState.Sent _
            when before.attempts() > 0 && transaction.attempts().size() > before.attempts() ->
                SettlementChanged.State.REPLACED;
            case TransactionState.Signed _ -> SettlementChanged.State.SIGNED;
            case TransactionState.Sent _ -> SettlementChanged.State.SENT;
            case TransactionState.Mined _ -> SettlementChanged.State.MINED;
            case TransactionState.Final _ -> SettlementChanged.State.FINAL;
            case TransactionState.Reverted _, TransactionState.Refused _ -> SettlementChanged.State.REVERTED;
        };
    }

    private static long gasUsed(TransactionState state) {
        return inclusion(state).map(Inclusion::gasUsed).orElse(0L);
    }

    private static Optional<Inclusion> inclusion(TransactionState state) {
        return switch (state) {
            case TransactionState.Mined(var _, var in) -> Optional.of(in);
            case TransactionState.Final(var in) -> Optional.of(in);
            case TransactionState.Reverted(var in) -> Optional.of(in);
            case TransactionState.Planned _,
                    TransactionState.Signed _,
                    TransactionState.Sent _,
                    TransactionState.Refused _ -> Optional.empty();
        };
    }

    private Uni<List<Followed>> withClaims(Mutiny.Session session, List<SettlementEntity> rows) {
        if (rows.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return session.createSelectionQuery(
                        "from SettlementClaim where settlementId in (:ids) order by channelId", ClaimEntity.class)
                .setParameter("ids", rows.stream().map(row -> row.id).toList())
                .getResultList()
                .map(claims -> claims.stream().collect(Collectors.groupingBy(claim -> claim.settlementId)))
                .map(claims -> rows.stream()
                        .map(row -> row.toFollowed(
                                claims.getOrDefault(row.id, List.of()).stream()
                                        .map(claim -> claim.toClaim(row.asset()))
                                        .toList(),
                                escrow))
                        .toList());
    }
}
