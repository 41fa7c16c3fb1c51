package io.tallystick.kit.problem;

import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Whether the process can still make progress: its {@link Workers} come round, and its event loops turn. */
@Liveness
@ApplicationScoped
class WorkersLive implements HealthCheck {
    /** Blocked for so long, an event loop serves nobody. */
    private static final Duration LONGEST_TURN = Duration.ofSeconds(30);

    private final Workers workers;
    private final List<Loop> loops = new ArrayList<>();

    WorkersLive(Workers workers, Vertx vertx) {
        this.workers = workers;
        ((VertxInternal) vertx).getEventLoopGroup().forEach(loop -> loops.add(new Loop(loop)));
    }

    @Override
    public HealthCheckResponse call() {
        var lost = workers.lost();
        var stuck = loops.stream().filter(Loop::isStuck).count();
        loops.forEach(Loop::ask);
        var answer = HealthCheckResponse.named("workers").status(lost.isEmpty() && stuck == 0);
        for (int i = 0; i < lost.size(); i++) {
            answer.withData("lost " + (i + 1), lost.get(i));
        }
        return stuck == 0
                ? answer.build()
                : answer.withData("event loops stuck", stuck).build();
    }

    /** Asked at each look; what the last look asked has to be answered. */
    private static final class Loop {
        private final EventExecutor loop;
        /** 0 while nothing is asked. */
        private final AtomicLong askedNanos = new AtomicLong();

        Loop(EventExecutor loop) {
            this.loop = loop;
        }

        void ask() {
            if (askedNanos.compareAndSet(0, System.nanoTime() | 1)) {
                loop.execute(() -> askedNanos.set(0));
            }
        }

        boolean isStuck() {
            var asked = askedNanos.get();
            return asked != 0 && System.nanoTime() - asked > LONGEST_TURN.toNanos();
        }
    }
}
