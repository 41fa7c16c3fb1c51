package io.tallystick.billing.chain.worker;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.engine.PostgresTransactionStore.StoreException;
import io.tallystick.kit.problem.UnavailableException;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Work that waits, done on a thread of its own; its result comes back to the caller's Vert.x context. */
@ApplicationScoped
public class Offloaded {
    private final Executor threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("chain-", 0).factory());

    public <T> Uni<T> of(Supplier<T> work) {
        var context = Vertx.currentContext();
        var done = Uni.createFrom().item(work).runSubscriptionOn(threads);
        var back = context == null ? done : done.emitOn(task -> context.runOnContext(_ -> task.run()));
        return back.onFailure(StoreException.class)
                .transform(e -> new UnavailableException("database", Duration.ofSeconds(2), e));
    }
}
