package io.tallystick.metering.usage.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.metering.meter.Numeral;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import io.tallystick.metering.usage.event.EventRead.NotAnEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {
    private final EventReader reader = new EventReader();

    @Test
    void readsAttributesAndDataWhereverTheyStand() throws IOException {
        var event = read("""
                {"data":{"tokens":1.50,"parts":[true,null,"é"]},"subject":"c","extra":{"a":[1]},"type":"prompt",
                 "id":"e1","source":"svc","specversion":"1.0","time":"2026-01-01T01:00:00+01:00"}""");

        assertThat(event.time()).contains(Instant.parse("2026-01-01T00:00:00Z"));
        var parts = new java.util.ArrayList<Object>(List.of(true, "é"));
        parts.add(1, null);
        assertThat(data("""
                {"specversion":"1.0","id":"i","source":"s","type":"t","subject":"c","data":{"tokens":1.50,"parts":[true,null,"é"]}}""")).isEqualTo(Map.of("tokens", new Numeral("1.50"), "parts", parts));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"text\"|text",
                "12|12",
                "true|true",
                "null|",
                "[]|[]",
                "{}|{}",
            })
    void readsDataOfEachKind(String json, String text) throws IOException {
        var data =
                data("{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\",\"type\":\"t\",\"subject\":\"c\",\"data\":"
                        + json + "}");

        assertThat(data instanceof Numeral(var number) ? number : data == null ? null : data.toString())
                .isEqualTo(text);
    }

    @Test
    void readsDataInBase64() throws IOException {
        assertThat(data("""
                {"specversion":"1.0","id":"i","source":"s","type":"t","subject":"c","data_base64":"eyJ0b2tlbnMiOjV9"}""")).isEqualTo(Map.of("tokens", new Numeral("5")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "source", "type", "subject", "specversion"})
    void namesTheAttributeThatIsMissingEmptyOrNoText(String name) throws IOException {
        var attributes = new HashMap<>(Map.of(
                "id", "\"i\"", "source", "\"s\"", "type", "\"t\"", "subject", "\"c\"", "specversion", "\"1.0\""));
        for (var value : new String[] {null, "null", "\"\"", "12", "{}", "\"\\u0000\"", "\"\\ud800\""}) {
            attributes.remove(name);
            if (value != null) {
                attributes.put(name, value);
            }
            var json = attributes.entrySet().stream()
                    .map(e -> "\"" + e.getKey() + "\":" + e.getValue())
                    .collect(java.util.stream.Collectors.joining(",", "{", "}"));

            assertThat(((NotAnEvent) readAny(json)).flaws())
                    .extracting(Flaw::field)
                    .contains(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "1767225600"})
    void namesATimeThatIsNone(String time) throws IOException {
        var event =
                "{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\",\"type\":\"t\",\"subject\":\"c\",\"time\":\""
                        + time + "\"}";

        assertThat(((NotAnEvent) readAny(event)).flaws())
                .extracting(Flaw::field)
                .containsExactly("time");
    }

    @Test
    void refusesAnAttributeThatStandsTwice() throws IOException {
        var event =
                "{\"specversion\":\"1.0\",\"id\":\"i\",\"id\":\"j\",\"source\":\"s\",\"type\":\"t\",\"subject\":\"c\"}";

        assertThat(((NotAnEvent) readAny(event)).flaws())
                .extracting(Flaw::field)
                .containsExactly("id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"id\":}", "{} {}", "nul", "{\"data\":NaN}", "\"\\x\""})
    void refusesWhatIsNotJson(String text) {
        assertThatThrownBy(() -> readAny(text)).isInstanceOf(IOException.class);
    }

    @Test
    void namesWhatIsNestedTooDeepOrHasTooLongANumber() throws IOException {
        var deepest = EventReader.DEEPEST - 1;
        assertThat(readAny(event("[".repeat(deepest) + "]".repeat(deepest)))).isInstanceOf(EventAttributes.class);
        assertThat(data(event("[".repeat(deepest) + "]".repeat(deepest)))).isInstanceOf(List.class);
        assertThat(readAny(event("1".repeat(256)))).isInstanceOf(EventAttributes.class);

        for (var bad :
                List.of("[".repeat(deepest + 1) + "]".repeat(deepest + 1), "{\"a\":[1," + "1".repeat(257) + "]}")) {
            assertThat(((NotAnEvent) readAny(event(bad))).flaws())
                    .extracting(Flaw::field)
                    .containsExactly("data");
        }
        assertThatThrownBy(() -> readAny("[".repeat(1_001))).isInstanceOf(IOException.class);
    }

    /** The parser would guess another encoding, and then does not say where the data stands. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32LE"})
    void refusesAnotherEncoding(String encoding) {
        var bytes = event("{\"tokens\":5}").getBytes(java.nio.charset.Charset.forName(encoding));
        var inBase64 = "{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\",\"type\":\"t\",\"subject\":\"c\","
                + "\"data_base64\":\"" + java.util.Base64.getEncoder().encodeToString(bytes) + "\"}";

        assertThatThrownBy(() -> reader.read(bytes)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> data(inBase64)).isInstanceOf(IOException.class);
    }

    @Test
    void refusesAByteOrderMark() {
        assertThatThrownBy(() -> readAny("\ufeff" + event("1"))).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "Application/JSON", "", "application/cloudEvents+JSON; charset=utf-8"})
    void readsDataInBase64OfJsonHoweverItsTypeIsWritten(String type) throws IOException {
        assertThat(data(base64(type, "{\"tokens\":5}"))).isEqualTo(Map.of("tokens", new Numeral("5")));
    }

    @Test
    void refusesDataThatCouldBeReadInTwoWays() {
        assertThatThrownBy(() -> data(event("{\"a\":{\"tokens\":5,\"tokens\":6}}")))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> data(base64("", "{\"tokens\":5} {\"tokens\":6}")))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> data(base64("", "{\"tokens\":5} garbage"))).isInstanceOf(IOException.class);
    }

    private static String base64(String type, String data) {
        return "{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\",\"type\":\"t\",\"subject\":\"c\",\"datacontenttype\":\""
                + type + "\",\"data_base64\":\""
                + java.util.Base64.getEncoder().encodeToString(data.getBytes(StandardCharsets.UTF_8)) + "\"}";
    }

    @Test
    void knowsAnEventByTenantSourceAndIdAlone() {
        assertThat(EventKey.of("t", "s", "i")).isEqualTo(EventKey.of("t", "s", "i"));
        assertThat(List.of(
                        EventKey.of("t", "s", "i"),
                        EventKey.of("t2", "s", "i"),
                        EventKey.of("t", "si", ""),
                        EventKey.of("ts", "", "i"),
                        EventKey.of("t", "", "si")))
                .doesNotHaveDuplicates();
    }

    @Test
    void tellsARetryFromAnotherBody() throws IOException {
        var one = data(event("{\"a\":1,\"b\":[\"x\"]}"));
        var same = data(event("{ \"b\" : [\"x\"], \"a\":1}"));
        var other = data(event("{\"a\":\"1\",\"b\":[\"x\"]}"));

        assertThat(BodyDigest.of("t", "s", one)).isEqualTo(BodyDigest.of("t", "s", same));
        assertThat(BodyDigest.of("t", "s", one)).isNotEqualTo(BodyDigest.of("t", "s", other));
        assertThat(BodyDigest.of("t", "s", one)).isNotEqualTo(BodyDigest.of("t", "s2", one));
        assertThat(BodyDigest.of("t", "s", one)).isNotEqualTo(BodyDigest.of("t2", "s", one));
    }

    @Test
    void placesATimeByTheArrival() {
        var window = new ArrivalWindow(Duration.ofDays(32), Duration.ofMinutes(5));
        var arrival = Instant.parse("2026-03-01T00:00:00Z");

        assertThat(window.place(arrival.minus(Duration.ofDays(32)), arrival)).isEqualTo(ArrivalWindow.Place.WITHIN);
        assertThat(window.place(arrival.minus(Duration.ofDays(32)).minusMillis(1), arrival))
                .isEqualTo(ArrivalWindow.Place.TOO_OLD);
        assertThat(window.place(arrival.plusSeconds(300), arrival)).isEqualTo(ArrivalWindow.Place.WITHIN);
        assertThat(window.place(arrival.plusMillis(300_001), arrival)).isEqualTo(ArrivalWindow.Place.AHEAD);
        assertThatThrownBy(() -> new ArrivalWindow(Duration.ofDays(31), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String event(String data) {
        return "{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\",\"type\":\"t\",\"subject\":\"c\",\"data\":"
                + data + "}";
    }

    private EventRead readAny(String json) throws IOException {
        return reader.read(json.getBytes(StandardCharsets.UTF_8));
    }

    private EventAttributes read(String json) throws IOException {
        return (EventAttributes) readAny(json);
    }

    private Object data(String json) throws IOException {
        return reader.data(json.getBytes(StandardCharsets.UTF_8), read(json));
    }
}
