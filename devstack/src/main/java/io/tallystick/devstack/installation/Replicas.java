package io.tallystick.devstack.installation;

import io.tallystick.devstack.process.Balancer;
import io.tallystick.devstack.process.Checkout;
import io.tallystick.devstack.process.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Replicas of one service behind one port. A roll-out replaces them as a Deployment with {@code maxSurge: 1} and
 * {@code maxUnavailable: 0} does: the new one is ready before the old one is told to end, and the balancer learns of that
 * end a little later.
 */
final class Replicas implements AutoCloseable {

    /** Longest that a replica may take to finish what it began. */
    private static final Duration DRAIN = Duration.ofMinutes(3);

    /** How long new connections still go to a replica that was told to end: a cluster's proxies do not hear it at once. */
    private static final Duration LAG = Duration.ofSeconds(1);

    private final Service service;
    private final Start start;
    private final Balancer balancer;
    private final List<Replica> current = new CopyOnWriteArrayList<>();
    private final ReentrantLock rolling = new ReentrantLock();
    private int started;
    private volatile boolean closed;

    /** Starts a process of a service. */
    interface Start {
        ServiceProcess start(Programs.Place place) throws IOException;
    }

    private Replicas(Service service, Start start, Balancer balancer) {
        this.service = service;
        this.start = start;
        this.balancer = balancer;
    }

    /** Listens on the service's port; {@link #fill} starts the replicas. */
    static Replicas behind(int port, Service service, Start start) throws IOException {
        return new Replicas(service, start, Balancer.start(port));
    }

    /** Starts as many replicas of a build, one after the other, and waits until each is ready. */
    void fill(int count, Checkout build) throws IOException, InterruptedException {
        for (int n = 0; n < count; n++) {
            add(build);
        }
    }

    List<Replica> current() {
        return List.copyOf(current);
    }

    /**
     * Replaces every replica by one of a build.
     *
     * @throws IllegalStateException if a roll-out of this service is under way
     * @throws IOException if a new one does not get ready or an old one has to be killed; the rest stays as it is
     */
    void roll(Checkout build) throws IOException, InterruptedException {
        if (!rolling.tryLock()) {
            throw new IllegalStateException(service.title() + " is being rolled out already");
        }
        try {
            for (var old : current()) {
                add(build);
                CompletableFuture.delayedExecutor(LAG.toMillis(), TimeUnit.MILLISECONDS)
                        .execute(() -> balancer.remove(old.port()));
                old.process().end(DRAIN);
                current.remove(old);
            }
        } finally {
            rolling.unlock();
        }
    }

    private void add(Checkout build) throws IOException, InterruptedException {
        started++;
        var place = new Programs.Place(service.title() + "-" + started, build, Ports.free(), Ports.free());
        var replica = new Replica(start.start(place), place.port(), place.managementPort());
        current.add(replica);
        if (closed) {
            replica.process().close();
        }
        replica.process().awaitReady();
        balancer.add(replica.port());
    }

    @Override
    public void close() throws IOException {
        closed = true;
        balancer.close();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            current.forEach(replica -> threads.execute(replica.process()::close));
        }
    }
}
