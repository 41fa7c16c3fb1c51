package io.tallystick.billing;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * How reading from Kafka ends with the service: what is under way finishes while the database is there, and what comes
 * after is not begun. That is not acknowledged either, so another replica gets it.
 */
@ApplicationScoped
public class InboxEnd {
    /** Before the workers end, which may take longer. */
    private static final int EARLY = 100;

    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(20);

    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean ending;

    /** Does the work of a message, unless the service ends. */
    public Uni<Void> unlessEnding(Supplier<Uni<? extends Void>> work) {
        return Uni.createFrom().deferred(() -> {
            // Counted before it is looked, so that none begins unseen.
            underWay.incrementAndGet();
            if (ending) {
                underWay.decrementAndGet();
                return Uni.createFrom().nothing();
            }
            return Uni.createFrom().deferred(work).onTermination().invoke(underWay::decrementAndGet);
        });
    }

    void stop(@Observes @Priority(EARLY) ShutdownEvent event) throws InterruptedException {
        ending = true;
        var end = System.nanoTime() + LONGEST.toNanos();
        while (underWay.get() > 0 && System.nanoTime() < end) {
            Thread.sleep(LOOK);
        }
        if (underWay.get() > 0) {
            Log.warnf("messages are left to another replica, messages=%d", underWay.get());
        }
    }
}
