package io.tallystick.billing.payment.hold;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** Looks after holds that nobody else does: expired ones, and captures that were cut off on their way to the chain. */
@ApplicationScoped
class HoldSweep {
    /** Each waits for the chain: a slow one must not hold up all others. */
    private static final int SETTLED_AT_ONCE = 16;

    private final Holds holds;
    private final Payments payments;
    private final PaymentConfig config;

    HoldSweep(Holds holds, Payments payments, PaymentConfig config) {
        this.holds = holds;
        this.payments = payments;
        this.config = config;
    }

    @Scheduled(every = "${tallystick.payment.sweep-every:10s}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> lapse() {
        var now = Instant.now();
        return holds.expired(now, config.sweepAtMost()).chain(ids -> each(ids, 1, id -> holds.lapse(id, now)));
    }

    @Scheduled(every = "${tallystick.payment.sweep-every:10s}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> endBudgets() {
        return holds.heldByBudgets(config.sweepAtMost()).chain(ids -> each(ids, 1, holds::endBudgets));
    }

    @Scheduled(every = "${tallystick.payment.sweep-every:10s}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> settle() {
        var now = Instant.now();
        return holds.settlingBefore(now.minus(config.settlingFor()), config.sweepAtMost())
                .chain(ids -> each(ids, SETTLED_AT_ONCE, id -> settle(id, now)));
    }

    /** What it used no longer matters: a payment on its way to the chain is taken whole. */
    private Uni<Void> settle(UUID id, Instant now) {
        return holds.find(id)
                .chain(hold -> payments.capture(hold.orElseThrow().call().tenant(), id, Map.of(), now))
                .replaceWithVoid();
    }

    /** One that fails is left to the next sweep. */
    private static Uni<Void> each(List<UUID> ids, int atOnce, Function<UUID, Uni<Void>> work) {
        return Multi.createFrom()
                .iterable(ids)
                .onItem()
                .transformToUni(id -> work.apply(id)
                        .onFailure()
                        .invoke(e -> Log.warnf("hold is left to the next sweep, hold=%s, cause=%s", id, e))
                        .onFailure()
                        .recoverWithNull())
                .merge(atOnce)
                .collect()
                .asList()
                .replaceWithVoid();
    }
}
