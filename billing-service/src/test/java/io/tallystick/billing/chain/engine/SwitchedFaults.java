package io.tallystick.billing.chain.engine;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Ends the work at a chosen point, once. What works keeps nothing in memory, so its next turn is a process that was
 * started anew. Test sources only.
 */
@ApplicationScoped
public class SwitchedFaults implements Faults {
    private static final AtomicReference<Point> NEXT = new AtomicReference<>();

    /** The work ends when it next comes to {@code point}. */
    public static void dieAt(Point point) {
        NEXT.set(point);
    }

    public static boolean armed() {
        return NEXT.get() != null;
    }

    @Override
    public void at(Point point) {
        if (NEXT.compareAndSet(point, null)) {
            throw new IllegalStateException("died on purpose at " + point);
        }
    }
}
