package io.tallystick.benchmarks.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class EventsTest {

    static final Instant NOW = Instant.parse("2026-01-31T12:00:00.123Z");
    static final Pattern EVENT = Pattern.compile("\\{\"specversion\".*?\\}\\}");
    static final Pattern ID = Pattern.compile("\"id\":\"([^\"]*)\"");
    static final Pattern TOKENS = Pattern.compile("\"tokens\":(\\d+)");

    @Test
    void everyEventHasTheSameSize() {
        assertThat(found(EVENT, written(events(100), 3))).hasSize(300).allSatisfy(event -> assertThat(event.group())
                .hasSize(Events.BYTES));
    }

    @Test
    void noIdIsUsedTwice() {
        var events = events(10);
        var ids =
                found(ID, written(events, 250)).stream().map(id -> id.group(1)).toList();

        assertThat(ids).hasSize(2_500).doesNotHaveDuplicates().allMatch(id -> id.startsWith("run00001-"));
    }

    @Test
    void tokensAreThoseOfTheRequest() {
        var out = ByteBuffer.allocate(100_000);
        var events = events(10);
        long said = events.write(out) + events.write(out);

        assertThat(found(TOKENS, text(out)).stream()
                        .mapToLong(tokens -> Long.parseLong(tokens.group(1)))
                        .sum())
                .isEqualTo(said);
    }

    @Test
    void contentLengthIsTheBodys() {
        var request = written(events(10), 1);
        int body = request.indexOf("\r\n\r\n") + 4;

        assertThat(request.substring(body)).startsWith("[{").endsWith("}]");
        assertThat(request)
                .contains("content-type: application/cloudevents-batch+json\r\n")
                .contains("content-length: " + (request.length() - body) + "\r\n");
    }

    @Test
    void oneEventIsSentInStructuredMode() {
        assertThat(written(events(1), 1))
                .contains("content-type: application/cloudevents+json\r\n")
                .endsWith("\"}}");
    }

    private static Events events(int batch) {
        return new Events("run00001", List.of("POST /v1/events HTTP/1.1"), batch, NOW, new Random(1));
    }

    private static String written(Events events, int requests) {
        var out = ByteBuffer.allocate(requests * events.mostBytes());
        for (int i = 0; i < requests; i++) {
            events.write(out);
        }
        return text(out);
    }

    private static String text(ByteBuffer out) {
        return StandardCharsets.US_ASCII.decode(out.flip()).toString();
    }

    private static List<MatchResult> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }
}
