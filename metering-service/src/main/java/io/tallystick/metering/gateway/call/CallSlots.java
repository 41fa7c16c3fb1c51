package io.tallystick.metering.gateway.call;

import java.util.concurrent.atomic.AtomicInteger;

/** How many calls are in the gateway at once: the bound of its memory, since each holds a body and an answer. */
public final class CallSlots {
    private final int most;
    private final AtomicInteger taken = new AtomicInteger();

    public CallSlots(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("no slot at all: " + most);
        }
        this.most = most;
    }

    /** @return false if all are taken: the call is refused, not queued */
    public boolean take() {
        int before = taken.getAndUpdate(count -> count < most ? count + 1 : count);
        return before < most;
    }

    public void release() {
        if (taken.getAndDecrement() <= 0) {
            throw new IllegalStateException("released a slot that nobody had taken");
        }
    }

    public int taken() {
        return taken.get();
    }
}
