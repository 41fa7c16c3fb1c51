package io.tallystick.billing.payment.hold;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Sweeps when a test says so. */
@ApplicationScoped
public class SweepNow {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HoldSweep sweep;

    SweepNow(HoldSweep sweep) {
        this.sweep = sweep;
    }

    public void run() {
        sweep.lapse().await().atMost(PATIENCE);
        sweep.endBudgets().await().atMost(PATIENCE);
    }
}
