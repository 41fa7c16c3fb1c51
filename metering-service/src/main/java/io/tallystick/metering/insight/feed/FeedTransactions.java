package io.tallystick.metering.insight.feed;

import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Transaction;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.function.Function;

/** Transactions of the thread that reads. It waits for each statement; never to be used by a request. */
@ApplicationScoped
class FeedTransactions {
    private final Pool pool;
    private final Duration timeout;

    FeedTransactions(Pool pool, InsightConfig config) {
        this.pool = pool;
        this.timeout = config.statementTimeout();
    }

    /** The statements of one transaction. */
    record Statements(SqlConnection connection, Duration timeout) {

        RowSet<Row> run(String sql, Tuple values) {
            return connection.preparedQuery(sql).execute(values).await().atMost(timeout);
        }
    }

    /** Commits what {@code work} did, or nothing of it if it fails. Blocks. */
    <T> T run(Function<Statements, T> work) {
        var connection = pool.getConnection().await().atMost(timeout);
        try {
            var transaction = connection.begin().await().atMost(timeout);
            try {
                var result = work.apply(new Statements(connection, timeout));
                transaction.commit().await().atMost(timeout);
                return result;
            } catch (RuntimeException e) {
                rollback(transaction, e);
                throw e;
            }
        } finally {
            connection.closeAndForget();
        }
    }

    /** Where the rollback fails too the connection is lost, and the database undoes what was begun on it. */
    private void rollback(Transaction transaction, RuntimeException cause) {
        try {
            transaction.rollback().await().atMost(timeout);
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
