package io.tallystick.kit.database;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes the pool of connections that a service's requests share, with a bound on every wait. */
@Singleton
class DatabasePool implements PgPoolCreator {
    private final DatabaseConfig config;

    DatabasePool(DatabaseConfig config) {
        this.config = config;
    }

    @Override
    public Pool create(Input input) {
        if (config.silence().compareTo(config.statementTimeout()) <= 0) {
            throw new IllegalArgumentException("tallystick.database: silence " + config.silence()
                    + " is to be longer than statement-timeout " + config.statementTimeout());
        }
        input.pgConnectOptionsList().forEach(this::bound);
        var pool = input.poolOptions()
                .setConnectionTimeout((int) config.acquireTimeout().toMillis())
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxWaitQueueSize(config.queue());
        return PgBuilder.pool()
                .with(pool)
                .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
                .using(input.vertx())
                .build();
    }

    /** The database ends a statement; where it does not answer at all, the silence ends the connection. */
    private void bound(PgConnectOptions database) {
        database.addProperty(
                        "statement_timeout",
                        Long.toString(config.statementTimeout().toMillis()))
                .setConnectTimeout((int) config.acquireTimeout().toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setReadIdleTimeout((int) config.silence().toMillis());
    }
}
