package io.tallystick.metering.gateway.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Server-sent events, however they are cut on their way. */
class EventSplitterTest {

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void findsEventsWhereverTheBytesAreCut(String end) {
        var text = "data: {\"a\":1}@@: a comment@@event: x@data:two@data: lines@@data: é@@data: [DONE]@@"
                .replace("@", end);
        var bytes = text.getBytes(UTF_8);

        for (int size = 1; size <= bytes.length; size++) {
            var events = split(bytes, size);
            assertThat(data(events)).containsExactly("{\"a\":1}", "two\nlines", "é", "[DONE]");
            assertThat(joined(events)).isEqualTo(text);
        }
    }

    @Test
    void keepsWhatHasNoEndYet() {
        var splitter = new EventSplitter(100);

        assertThat(splitter.feed("data: [DONE]\n".getBytes(UTF_8))).isEmpty();
        assertThat(splitter.rest().data()).contains("[DONE]");
    }

    @Test
    void overflowsOnAnEventThatDoesNotEnd() {
        var splitter = new EventSplitter(100);

        splitter.feed("data: 1\n\n".repeat(100).getBytes(UTF_8));
        assertThat(splitter.overflows()).isFalse();
        splitter.feed(("data: " + "x".repeat(100)).getBytes(UTF_8));
        assertThat(splitter.overflows()).isTrue();
    }

    private static List<EventSplitter.Event> split(byte[] bytes, int size) {
        var splitter = new EventSplitter(bytes.length);
        var events = new ArrayList<EventSplitter.Event>();
        for (int at = 0; at < bytes.length; at += size) {
            events.addAll(splitter.feed(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size))));
        }
        events.add(splitter.rest());
        return events;
    }

    private static List<String> data(List<EventSplitter.Event> events) {
        return events.stream().flatMap(event -> event.data().stream()).toList();
    }

    private static String joined(List<EventSplitter.Event> events) {
        var all = new ByteArrayOutputStream();
        events.forEach(event -> all.writeBytes(event.raw().bytes()));
        return all.toString(UTF_8);
    }
}
