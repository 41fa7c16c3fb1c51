package io.tallystick.devstack.process;

import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What was started, to be stopped in the reverse order. One part that cannot be stopped does not keep the others. */
public final class Running implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Running.class.getName());

    private final Deque<AutoCloseable> parts = new ConcurrentLinkedDeque<>();
    /** Starts share it, the stop has it alone: what is half started when the end comes is waited for and stopped. */
    private final ReadWriteLock starting = new ReentrantReadWriteLock();

    private volatile boolean closed;

    /**
     * Starts a part. Several may start at once.
     *
     * @throws IllegalStateException if all is being stopped
     */
    public <T extends AutoCloseable> T start(Callable<T> start) throws Exception {
        starting.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("stopped while starting");
            }
            var part = start.call();
            parts.push(part);
            return part;
        } finally {
            starting.readLock().unlock();
        }
    }

    /** Whether all is being stopped, or was. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        starting.writeLock().lock();
        try {
            while (!parts.isEmpty()) {
                stop(parts.pop());
            }
        } finally {
            starting.writeLock().unlock();
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
