package io.tallystick.kit.problem;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * The threads that a service lives by. Each says when it comes round; one that ended, or does not come round in the time
 * that its work takes at most, is lost, and only a new process brings it back. A thread that waits for a broker or a
 * database that is away comes round to try again, so this asks nothing outside of the process.
 */
@ApplicationScoped
public class Workers {
    private final List<Worker> watched = new CopyOnWriteArrayList<>();
    private final LongSupplier nanoTime;

    public Workers() {
        this(System::nanoTime);
    }

    Workers(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * @param name as it is shown
     * @param longest that one round may take
     */
    public Worker watch(String name, Duration longest) {
        var worker = new Worker(name, longest);
        watched.add(worker);
        return worker;
    }

    /** What is said of those that are lost. */
    List<String> lost() {
        return watched.stream().filter(Worker::isLost).map(Worker::said).toList();
    }

    /** One thread's part. */
    public final class Worker {
        private final String name;
        private final Duration longest;
        private volatile long seenNanos = nanoTime.getAsLong();
        private volatile Thread thread;
        private volatile boolean ended;

        private Worker(String name, Duration longest) {
            this.name = name;
            this.longest = longest;
        }

        /** To be called by the thread itself, each time that it begins anew. */
        public void comesRound() {
            thread = Thread.currentThread();
            seenNanos = nanoTime.getAsLong();
        }

        /** It was told to end. */
        public void ends() {
            ended = true;
        }

        private boolean isLost() {
            var runs = thread;
            return !ended && ((runs != null && !runs.isAlive()) || unseen().compareTo(longest) > 0);
        }

        private Duration unseen() {
            return Duration.ofNanos(nanoTime.getAsLong() - seenNanos);
        }

        private String said() {
            return name + ", last seen " + unseen().toSeconds() + " s ago";
        }
    }
}
