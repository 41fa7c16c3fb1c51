package io.tallystick.devstack.process;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What was started, to be stopped in the reverse order. One part that cannot be stopped does not keep the others. */
public final class Running implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Running.class.getName());

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private boolean closed;

    /** Remembers the part; stops it at once if all others were stopped meanwhile. */
    public synchronized <T extends AutoCloseable> T add(T part) {
        if (closed) {
            stop(part);
            throw new IllegalStateException("stopped while starting");
        }
        parts.push(part);
        return part;
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!parts.isEmpty()) {
            stop(parts.pop());
        }
    }

    private static void stop(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.log(Level.WARNING, "could not stop " + part.getClass().getSimpleName(), e);
        }
    }
}
