package io.tallystick.billing.chain.worker;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.chain.TransactionState.Final;
import io.tallystick.billing.chain.TransactionState.Mined;
import io.tallystick.billing.chain.TransactionState.Planned;
import io.tallystick.billing.chain.TransactionState.Refused;
import io.tallystick.billing.chain.TransactionState.Reverted;
import io.tallystick.billing.chain.TransactionState.Sent;
import io.tallystick.billing.chain.TransactionState.Signed;
import io.tallystick.billing.chain.engine.PostgresTransactionStore.StoreException;
import io.tallystick.kit.outbox.TraceParent;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Tells what became of a transaction in the trace that wanted it: a span for each state, from when the state before began.
 * It is another process' work, perhaps hours later, so the place in the trace is kept beside the transaction.
 */
@ApplicationScoped
public class ChainTraces {
    private static final AttributeKey<String> HASH = AttributeKey.stringKey("tallystick.transaction.hash");
    private static final AttributeKey<Long> BLOCK = AttributeKey.longKey("tallystick.transaction.block");

    private final DataSource database;
    private final Tracer tracer;
    private final ChainConfig chain;
    private final boolean off;

    ChainTraces(
            DataSource database,
            Tracer tracer,
            ChainConfig chain,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "false") boolean off) {
        this.database = database;
        this.tracer = tracer;
        this.chain = chain;
        this.off = off;
    }

    /** Keeps where in a trace a transaction was first wanted. Blocks. */
    public void wanted(String key, String traceparent) {
        if (!traceparent.isEmpty()) {
            update(
                    "insert into chain_trace (chain_id, intent_key, traceparent) values (?, ?, ?) on conflict do nothing",
                    key,
                    traceparent);
        }
    }

    void changed(Transaction before, TransactionState after) {
        if (off) {
            return;
        }
        var key = before.intent().key();
        find(key).ifPresent(trace -> span(trace, before, after));
        if (after.settled()) {
            update("delete from chain_trace where chain_id = ? and intent_key = ?", key);
        }
    }

    private void span(String trace, Transaction before, TransactionState after) {
        var span = tracer.spanBuilder("transaction " + after.word())
                .setParent(TraceParent.context(trace))
                .setStartTimestamp(since(before.state()))
                .setAttribute("tallystick.transaction.intent", before.intent().key())
                .setAttribute("tallystick.transaction.attempts", (long)
                        before.attempts().size())
                .startSpan();
        switch (after) {
            case Mined(var _, var in) ->
                span.setAttribute(HASH, in.hash().hex()).setAttribute(BLOCK, in.block());
            case Final(var in) -> span.setAttribute(HASH, in.hash().hex()).setAttribute(BLOCK, in.block());
            case Reverted(var in) ->
                span.setAttribute(HASH, in.hash().hex())
                        .setAttribute(BLOCK, in.block())
                        .setStatus(StatusCode.ERROR);
            case Refused(var reason) -> span.setStatus(StatusCode.ERROR, reason);
            case Planned _, Signed _, Sent _ ->
                before.newest()
                        .ifPresent(attempt ->
                                span.setAttribute(HASH, attempt.hash().hex()));
        }
        span.end();
    }

    /** Where it is known. */
    private static Instant since(TransactionState state) {
        return switch (state) {
            case Signed(var _, var since) -> since;
            case Sent(var _, var since) -> since;
            case Planned _, Mined _, Final _, Reverted _, Refused _ -> Instant.now();
        };
    }

    private Optional<String> find(String key) {
        try (var connection = database.getConnection();
                var query = connection.prepareStatement(
                        "select traceparent from chain_trace where chain_id = ? and intent_key = ?")) {
            query.setLong(1, chain.id());
            query.setString(2, key);
            try (var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw new StoreException(e);
        }
    }

    private void update(String sql, String... values) {
        try (var connection = database.getConnection();
                var statement = connection.prepareStatement(sql)) {
            statement.setLong(1, chain.id());
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 2, values[i]);
            }
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new StoreException(e);
        }
    }
}
