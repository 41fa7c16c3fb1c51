package io.tallystick.billing.chain.engine;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.chain.Attempt;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.money.Address;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The engine's memory in PostgreSQL.
 *
 * <p>Plain JDBC: one worker does one thing after another and has nothing to do while it waits, and the tests run the
 * same class against the same database without a container.
 */
public final class PostgresTransactionStore implements TransactionStore {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String FENCE = " and exists (select 1 from chain_lease l"
            + " where l.chain_id = ? and l.signer = ? and l.holder = ? and l.fence = ?)";

    private static final String INSERT = """
            insert into chain_transaction as t
                (intent_key, chain_id, signer, target, calldata, state, created_at, changed_at)
            values (?, ?, ?, ?, ?, 'planned', ?, ?)
            on conflict (chain_id, intent_key)
            """;
    private static final String PLAN_ANEW = """
            do update
            set state = 'planned', reason = null, version = t.version + 1, changed_at = excluded.changed_at
            where t.state = 'refused' and t.target = excluded.target and t.calldata = excluded.calldata
            """;

    private final DataSource database;
    private final long chainId;
    private final Address signer;

    public PostgresTransactionStore(DataSource database, long chainId, Address signer) {
        this.database = requireNonNull(database, "database");
        this.chainId = chainId;
        this.signer = requireNonNull(signer, "signer");
    }

    @Override
    public Optional<Lease> lease(String holder, Duration validFor) {
        var sql = """
                insert into chain_lease as l (chain_id, signer, holder, fence, valid_until)
                values (?, ?, ?, 1, now() + ? * interval '1 millisecond')
                on conflict (chain_id, signer) do update
                set valid_until = excluded.valid_until, holder = excluded.holder,
                    fence = l.fence + case when l.holder = excluded.holder then 0 else 1 end
                where l.holder = excluded.holder or l.valid_until < now()
                returning fence
                """;
        return one(sql, row -> new Lease(holder, row.getLong(1)), chainId, signer.hex(), holder, validFor.toMillis());
    }

    @Override
    public void release(Lease lease) {
        update(
                "update chain_lease set valid_until = now() - interval '1 second'"
                        + " where chain_id = ? and signer = ? and holder = ? and fence = ?",
                chainId,
                signer.hex(),
                lease.holder(),
                lease.fence());
    }

    @Override
    public void saw(Lease lease, Heads heads) {
        update(
                "update chain_lease set newest = ?, final_block = ?"
                        + " where chain_id = ? and signer = ? and holder = ? and fence = ?",
                heads.newest(),
                heads.finalBlock(),
                chainId,
                signer.hex(),
                lease.holder(),
                lease.fence());
    }

    @Override
    public Optional<Heads> heads() {
        return one(
                "select newest, final_block from chain_lease"
                        + " where chain_id = ? and signer = ? and newest is not null",
                row -> new Heads(row.getLong(1), row.getLong(2)),
                chainId,
                signer.hex());
    }

    @Override
    public Transaction add(Intent intent, Instant now) {
        return add(intent, now, PLAN_ANEW);
    }

    @Override
    public Transaction addOnce(Intent intent, Instant now) {
        return add(intent, now, "do nothing");
    }

    private Transaction add(Intent intent, Instant now, String ifThere) {
        update(
                INSERT + ifThere,
                intent.key(),
                chainId,
                signer.hex(),
                intent.call().to().hex(),
                intent.call().data(),
                Rows.time(now),
                Rows.time(now));
        var stored = find(List.of(intent.key())).getFirst();
        if (!stored.intent().equals(intent)) {
            throw new IllegalArgumentException("key stands for another call, intent=" + intent.key());
        }
        return stored;
    }

    @Override
    public List<Transaction> find(Collection<String> keys) {
        return read(connection -> Rows.transactions(
                connection,
                chainId,
                Rows.SELECT + " where chain_id = ? and intent_key = any (?)",
                chainId,
                keys.toArray(String[]::new)));
    }

    @Override
    public List<Transaction> open(int limit) {
        var sql = Rows.SELECT + """
                 where chain_id = ? and signer = ? and state in ('planned', 'signed', 'sent', 'mined')
                 order by nonce nulls last, created_at, intent_key limit ?
                """;
        return read(connection -> Rows.transactions(connection, chainId, sql, chainId, signer.hex(), limit));
    }

    /**
     * How many transactions are open that another signer, or another chain, is to have. Nothing brings them on while this
     * one is configured.
     */
    public long stranded() {
        return one(
                        "select count(*) from chain_transaction where (chain_id <> ? or signer <> ?)"
                                + " and state in ('planned', 'signed', 'sent', 'mined')",
                        row -> row.getLong(1),
                        chainId,
                        signer.hex())
                .orElseThrow();
    }

    @Override
    public long freeNonce(long atLeast) {
        var sql = """
                select c.free from (
                    select ?::bigint as free
                    union all
                    select nonce + 1 from chain_nonce where chain_id = ? and signer = ? and nonce >= ?
                ) c
                where not exists (
                    select 1 from chain_nonce n where n.chain_id = ? and n.signer = ? and n.nonce = c.free)
                order by c.free limit 1
                """;
        return one(sql, row -> row.getLong(1), atLeast, chainId, signer.hex(), atLeast, chainId, signer.hex())
                .orElseThrow();
    }

    @Override
    public boolean store(Lease lease, Transaction before, TransactionState after, Instant now) {
        return write(connection -> change(connection, lease, before, after, now));
    }

    @Override
    public boolean storeAttempt(Lease lease, Transaction before, Attempt attempt, Instant now) {
        var signed = new TransactionState.Signed(attempt.nonce(), attempt.signedAt());
        try {
            return write(connection -> {
                if (!change(connection, lease, before, signed, now)) {
                    return false;
                }
                Rows.insert(connection, chainId, signer, before.intent(), attempt);
                return true;
            });
        } catch (StoreException e) {
            if (UNIQUE_VIOLATION.equals(e.sqlState())) {
                return false;
            }
            throw e;
        }
    }

    private boolean change(Connection connection, Lease lease, Transaction before, TransactionState after, Instant now)
            throws SQLException {
        var sql = Rows.UPDATE + " where chain_id = ? and intent_key = ? and version = ?" + FENCE;
        try (var statement = connection.prepareStatement(sql)) {
            int next = Rows.set(statement, after, now);
            Rows.bind(
                    statement,
                    next,
                    chainId,
                    before.intent().key(),
                    before.version(),
                    chainId,
                    signer.hex(),
                    lease.holder(),
                    lease.fence());
            return statement.executeUpdate() == 1;
        }
    }

    private void update(String sql, Object... values) {
        write(connection -> {
            try (var statement = prepared(connection, sql, values)) {
                return statement.executeUpdate() == 1;
            }
        });
    }

    private <T> Optional<T> one(String sql, Rows.Reader<T> reader, Object... values) {
        return read(connection -> {
            try (var statement = prepared(connection, sql, values);
                    var rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
            }
        });
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... values) throws SQLException {
        var statement = connection.prepareStatement(sql);
        Rows.bind(statement, 1, values);
        return statement;
    }

    private interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    private <T> T read(Work<T> work) {
        try (var connection = database.getConnection()) {
            return work.in(connection);
        } catch (SQLException e) {
            throw new StoreException(e);
        }
    }

    private boolean write(Work<Boolean> work) {
        return read(connection -> {
            connection.setAutoCommit(false);
            try {
                var changed = work.in(connection);
                connection.commit();
                return changed;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        });
    }

    /** The database did not do what it was asked; the transaction was rolled back. */
    public static final class StoreException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public StoreException(SQLException cause) {
            super(cause.getMessage(), cause);
        }

        String sqlState() {
            return String.valueOf(((SQLException) getCause()).getSQLState());
        }
    }
}
