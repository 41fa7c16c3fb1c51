package io.tallystick.benchmarks.ingest;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Single events among the load, each of a subject of its own: how long from when it is sent until its total is in PostgreSQL,
 * where queries read it. Looked at every few milliseconds, so that much too late at most.
 */
final class Probes {

    private static final Duration BETWEEN = Duration.ofMillis(50);
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI events;
    private final String token;
    private final Counted counted;
    private final String run;
    private final Map<String, Long> sent = new ConcurrentHashMap<>();
    private final List<Duration> seen = new ArrayList<>();

    /** @param run that no other run's subjects begin with */
    Probes(int meteringPort, String token, Counted counted, String run) {
        this.events = URI.create("http://127.0.0.1:" + meteringPort + "/v1/events");
        this.token = token;
        this.counted = counted;
        this.run = run;
    }

    /**
     * What was seen.
     *
     * @param times from sent to visible, ascending
     */
    record Seen(List<Duration> times) {
        Seen {
            times = times.stream().sorted().toList();
        }

        /** The least time that is not exceeded by this share of the probes. */
        Duration quantile(double share) {
            return times.get(Math.max(0, (int) Math.ceil(share * times.size()) - 1));
        }
    }

    /** Sends probes, of one token each, until {@code load} ends, and waits until all are visible. */
    Seen alongside(CompletableFuture<?> load) throws IOException, InterruptedException, SQLException {
        long next = System.nanoTime();
        for (int number = 0; !load.isDone() || number == 0; ) {
            if (System.nanoTime() - next >= 0) {
                send(run + "-" + number++);
                next += BETWEEN.toNanos();
            }
            look();
            Thread.sleep(LOOK);
        }
        for (long end = System.nanoTime() + LONGEST.toNanos(); !sent.isEmpty(); Thread.sleep(LOOK)) {
            look();
            if (System.nanoTime() > end) {
                throw new IOException(sent.size() + " events were not visible after " + LONGEST.toSeconds() + " s");
            }
        }
        http.close();
        return new Seen(seen);
    }

    private void send(String subject) {
        var event = "{\"specversion\":\"1.0\",\"id\":\"" + subject + "\",\"source\":\"" + Events.SOURCE
                + "\",\"type\":\"" + Events.TYPE + "\",\"subject\":\"" + subject
                + "\",\"data\":{\"tokens\":1,\"model\":\"small\"}}";
        var request = HttpRequest.newBuilder(events)
                .timeout(LONGEST)
                .header("authorization", "Bearer " + token)
                .header("content-type", "application/cloudevents+json")
                .POST(BodyPublishers.ofString(event))
                .build();
        sent.put(subject, System.nanoTime());
        // One that is not taken in is never visible, and ends the run.
        var _ = http.sendAsync(request, BodyHandlers.discarding());
    }

    private void look() throws SQLException {
        var before = new HashMap<>(sent);
        long now = System.nanoTime();
        for (var subject : counted.visible(before.keySet())) {
            seen.add(Duration.ofNanos(now - before.get(subject)));
            sent.remove(subject);
        }
    }
}
