package io.tallystick.billing.chain.worker;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes the worker when there is something to do, and those who wait when something changed. Losing one costs a poll. */
@ApplicationScoped
public class WorkSignal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private boolean work;
    private long changes;

    /** There is something to do. */
    public void raise() {
        locked(() -> work = true);
    }

    /** Something changed. */
    public void changed() {
        locked(() -> changes++);
    }

    long changes() {
        lock.lock();
        try {
            return changes;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is something to do, or the time is over. */
    void awaitWork(long nanos) {
        await(nanos, () -> work);
        locked(() -> work = false);
    }

    /** Waits until something changed since {@code seen}, or the time is over. */
    void awaitChange(long seen, long nanos) {
        await(nanos, () -> changes != seen);
    }

    private interface Given {
        boolean holds();
    }

    private void await(long nanos, Given given) {
        lock.lock();
        try {
            long left = nanos;
            while (!given.holds() && left > 0) {
                left = moved.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
