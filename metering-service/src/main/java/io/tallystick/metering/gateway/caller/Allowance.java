package io.tallystick.metering.gateway.caller;

import java.util.concurrent.atomic.AtomicBoolean;

/** The tokens that a call took from its API key's minute. What it did not use goes back, once. */
public final class Allowance {
    private final long taken;
    private final Back back;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Takes back what was not used. */
    interface Back {
        void give(long tokens, long nanoTime);
    }

    Allowance(long taken, Back back) {
        this.taken = taken;
        this.back = back;
    }

    /** Of a call that no minute limits. */
    public static Allowance unlimited() {
        return new Allowance(0, (_, _) -> {});
    }

    /**
     * The call has ended, and used so many. The first word counts.
     *
     * @param nanoTime a clock that only rises
     */
    public void used(long tokens, long nanoTime) {
        if (ended.compareAndSet(false, true) && tokens < taken) {
            back.give(taken - tokens, nanoTime);
        }
    }
}
