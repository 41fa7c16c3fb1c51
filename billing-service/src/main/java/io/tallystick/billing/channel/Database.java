package io.tallystick.billing.channel;

import io.opentelemetry.context.Context;
import io.quarkus.opentelemetry.runtime.QuarkusContextStorage;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Runs a transaction wherever the caller stands. A session belongs to one Vert.x context, and after an answer from the
 * chain or a wait a caller is on none or on another: each transaction gets a context of its own, in the caller's trace.
 */
@ApplicationScoped
public class Database {
    private static final String UNIQUE_VIOLATION = "23505";

    private final Mutiny.SessionFactory sessions;
    private final Vertx vertx;

    Database(Mutiny.SessionFactory sessions, Vertx vertx) {
        this.sessions = sessions;
        this.vertx = vertx;
    }

    public <T> Uni<T> inTransaction(Function<Mutiny.Session, Uni<T>> work) {
        return Uni.createFrom().emitter(emitter -> {
            var context = VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext());
            VertxContextSafetyToggle.setContextSafe(context, true);
            continueTrace(context);
            context.runOnContext(
                    _ -> sessions.withTransaction(work).subscribe().with(emitter::complete, emitter::fail));
        });
    }

    private static void continueTrace(io.vertx.core.Context context) {
        var trace = Context.current();
        if (trace != Context.root()) {
            QuarkusContextStorage.INSTANCE.attach(context, trace);
        }
    }

    /** Whether a unique key said that the row is there already. */
    public static boolean isTaken(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConstraintViolationException violation) {
                return UNIQUE_VIOLATION.equals(violation.getSQLState());
            }
        }
        return false;
    }
}
