package io.tallystick.benchmarks.ingest;

import static java.util.Objects.requireNonNull;

import io.tallystick.benchmarks.ingest.Answers.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Sends requests over keep-alive connections from one thread, on each some ahead of their answers. A closed loop: a
 * request follows an answer, so the rate is the most that the service gives.
 */
public final class Load {

    private static final Duration LAST_ANSWERS = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 100;
    private static final long PACE_MILLIS = 1;

    private final InetSocketAddress address;
    private final Requests requests;
    private final Plan plan;
    private long start;
    private long sent;
    private long unanswered;
    private long acknowledged;
    private long tokens;
    private long refused;
    private String firstRefusal = "";

    /**
     * Bounds of a run.
     *
     * @param ahead requests on a connection that wait for their answers
     * @param longest no request is sent later
     * @param mostEvents no request is sent after this many events, rounded up to a whole request
     * @param eventsPerSecond no more than that; {@link #UNBOUNDED} for as many as the service takes
     */
    public record Plan(int connections, int ahead, Duration longest, long mostEvents, long eventsPerSecond) {

        static final long UNBOUNDED = Long.MAX_VALUE;

        public Plan(int connections, int ahead, Duration longest, long mostEvents) {
            this(connections, ahead, longest, mostEvents, UNBOUNDED);
        }

        boolean isPaced() {
            return eventsPerSecond != UNBOUNDED;
        }

        /** How many events may have been sent by now. */
        double due(long nanosSinceStart) {
            return isPaced() ? eventsPerSecond * (nanosSinceStart / 1e9) : Double.MAX_VALUE;
        }
    }

    /**
     * What came of a run.
     *
     * @param events of the requests that were taken
     * @param tokens reported by those events
     * @param time from the first request to the last answer
     * @param refused requests that had another answer
     * @param firstRefusal the first of those answers, empty if there is none
     */
    public record Outcome(long events, long tokens, Duration time, long refused, String firstRefusal) {
        public Outcome {
            requireNonNull(firstRefusal, "firstRefusal");
        }
    }

    public Load(InetSocketAddress address, Requests requests, Plan plan) {
        this.address = address;
        this.requests = requests;
        this.plan = plan;
    }

    /** @throws IOException if a connection is lost or answers stay out: then it is not known what was taken in */
    public Outcome run() throws IOException {
        var connections = new ArrayList<Connection>();
        try (var selector = Selector.open()) {
            for (int i = 0; i < plan.connections; i++) {
                connections.add(new Connection(selector));
            }
            return run(selector, connections);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            for (var connection : connections) {
                connection.channel.close();
            }
        }
    }

    private Outcome run(Selector selector, List<Connection> connections) throws IOException {
        start = System.nanoTime();
        long end = start + plan.longest.toNanos();
        for (var connection : connections) {
            connection.send(end);
        }
        long last = start;
        while (unanswered > 0 || (plan.isPaced() && System.nanoTime() < end)) {
            selector.select(
                    key -> ((Connection) key.attachment()).move(key, end), plan.isPaced() ? PACE_MILLIS : LOOK_MILLIS);
            if (plan.isPaced()) {
                // No answer wakes a connection whose turn has come.
                for (var connection : connections) {
                    connection.send(end);
                }
            }
            last = System.nanoTime();
            if (last - end > LAST_ANSWERS.toNanos()) {
                throw new IOException(unanswered + " requests had no answer in " + LAST_ANSWERS.toSeconds() + " s");
            }
        }
        return new Outcome(acknowledged, tokens, Duration.ofNanos(last - start), refused, firstRefusal);
    }

    private boolean mayBegin(long end) {
        long now = System.nanoTime();
        return sent < plan.mostEvents && sent < plan.due(now - start) && refused == 0 && now < end;
    }

    private void settle(Answer answer, long tokensOfRequest) {
        unanswered--;
        if (requests.taken(answer)) {
            acknowledged += requests.size();
            tokens += tokensOfRequest;
        } else {
            firstRefusal = refused == 0 ? answer.toString() : firstRefusal;
            refused++;
        }
    }

    private final class Connection {
        private final SocketChannel channel;
        private final SelectionKey key;
        private final ByteBuffer out = ByteBuffer.allocateDirect(plan.ahead * requests.mostBytes());
        private final Answers answers = new Answers();
        /** The tokens of each request that waits for its answer. */
        private final Deque<Long> waiting = new ArrayDeque<>();

        Connection(Selector selector) throws IOException {
            channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            key = channel.register(selector, SelectionKey.OP_READ, this);
        }

        void move(SelectionKey ready, long end) {
            try {
                if (ready.isReadable()) {
                    answers.receive(channel);
                    for (var answer = answers.next(); answer.isPresent(); answer = answers.next()) {
                        settle(answer.get(), waiting.remove());
                    }
                }
                send(end);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void send(long end) throws IOException {
            while (waiting.size() < plan.ahead && out.remaining() >= requests.mostBytes() && mayBegin(end)) {
                waiting.add(requests.write(out));
                sent += requests.size();
                unanswered++;
            }
            if (out.position() > 0) {
                channel.write(out.flip());
                out.compact();
            }
            key.interestOps(out.position() > 0 ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }
    }
}
