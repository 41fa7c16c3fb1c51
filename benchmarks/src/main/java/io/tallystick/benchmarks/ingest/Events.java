package io.tallystick.benchmarks.ingest;

import io.tallystick.benchmarks.ingest.Answers.Answer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Requests with CloudEvents, written with as little work as can be: the texts are made once, and only the events' ids
 * are set before a request is sent again.
 */
public final class Events implements Requests {

    /** Size of every event. */
    static final int BYTES = 215;

    /** What the meter counts: the sum of {@code tokens} by {@code model}. */
    static final String TYPE = "prompt";

    static final String SOURCE = "/benchmarks/ingest";
    static final int SUBJECTS = 100;

    private static final List<String> MODELS = List.of("small", "large", "turbo");
    private static final int REQUESTS = 100;
    private static final int DIGITS = 12;
    /** So that every event has as many digits. */
    private static final int LEAST_TOKENS = 1_000;

    private static final int MOST_TOKENS = 10_000;

    private final List<Request> requests = new ArrayList<>();
    private final Answer accepted;
    private final int batch;
    private int next;
    private long number;

    /** @param ids where the ids lie, whose digits are to be set */
    @SuppressWarnings("ArrayRecordComponent") // written into, never compared
    private record Request(byte[] bytes, int[] ids, long tokens) {}

    /**
     * Requests for one run of the load.
     *
     * @param run eight characters that no other run's ids begin with
     * @param head of the request: its lines without the content's type and length
     * @param batch events in each request; 1 is sent in structured mode
     */
    public Events(String run, List<String> head, int batch, Instant now, Random random) {
        this.batch = batch;
        this.accepted = new Answer(202, "{\"accepted\":" + batch + ",\"refused\":[]}");
        for (int i = 0; i < REQUESTS; i++) {
            requests.add(request(run, head, now, random));
        }
    }

    private Request request(String run, List<String> head, Instant now, Random random) {
        var body = new StringBuilder();
        long tokens = 0;
        for (int i = 0; i < batch; i++) {
            int of = random.nextInt(LEAST_TOKENS, MOST_TOKENS);
            tokens += of;
            body.append(i == 0 ? "" : ",").append(event(run, of, now, random));
        }
        var content = batch == 1 ? body.toString() : "[" + body + "]";
        var type = batch == 1 ? "application/cloudevents+json" : "application/cloudevents-batch+json";
        var text = String.join("\r\n", head) + "\r\ncontent-type: " + type + "\r\ncontent-length: " + content.length()
                + "\r\n\r\n" + content;
        return new Request(text.getBytes(StandardCharsets.US_ASCII), places(text, "\"id\":\"" + run + "-"), tokens);
    }

    private static String event(String run, int tokens, Instant now, Random random) {
        var event = "{\"specversion\":\"1.0\",\"id\":\"" + run + "-" + "0".repeat(DIGITS)
                + "\",\"source\":\"" + SOURCE + "\",\"type\":\"" + TYPE
                + "\",\"subject\":\"customer-" + (SUBJECTS + random.nextInt(SUBJECTS))
                + "\",\"time\":\"" + now.truncatedTo(ChronoUnit.SECONDS)
                + "\",\"data\":{\"tokens\":" + tokens
                + ",\"model\":\"" + MODELS.get(random.nextInt(MODELS.size())) + "\",\"request\":\"";
        return event + "r".repeat(BYTES - event.length() - 3) + "\"}}";
    }

    private int[] places(String text, String before) {
        var places = new int[batch];
        int from = 0;
        for (int i = 0; i < batch; i++) {
            places[i] = text.indexOf(before, from) + before.length();
            from = places[i];
        }
        return places;
    }

    @Override
    public int size() {
        return batch;
    }

    /** Refuses none of its batch. */
    @Override
    public boolean taken(Answer answer) {
        return answer.equals(accepted);
    }

    @Override
    public int mostBytes() {
        return requests.stream().mapToInt(request -> request.bytes.length).max().orElseThrow();
    }

    /** Writes the next request, with ids that were never used, and answers how many tokens its events report. */
    @Override
    public long write(ByteBuffer out) {
        var request = requests.get(next);
        next = (next + 1) % requests.size();
        for (int place : request.ids) {
            setId(request.bytes, place, number++);
        }
        out.put(request.bytes);
        return request.tokens;
    }

    private static void setId(byte[] bytes, int place, long number) {
        long rest = number;
        for (int i = place + DIGITS - 1; i >= place; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
