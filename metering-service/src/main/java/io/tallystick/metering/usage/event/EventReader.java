package io.tallystick.metering.usage.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.tallystick.metering.meter.Numeral;
import io.tallystick.metering.meter.Utf8;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import io.tallystick.metering.usage.event.EventRead.NotAnEvent;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads CloudEvents from UTF-8 JSON without building what nobody asked for: the attributes are read, the data is
 * skipped until {@link #data} wants it.
 */
@ApplicationScoped
public class EventReader {
    /** Deepest nesting of an event. */
    public static final int DEEPEST = 64;

    /** Longest number of an event, in characters. */
    public static final int LONGEST_NUMBER = 256;

    /** For passing over events: one that goes too far is a fault of that event alone, so the parser goes further. */
    private final JsonFactory passing = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(1_000)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** For data that is wanted. A name that stands twice could be read in two ways. */
    private final JsonFactory json = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(LONGEST_NUMBER)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * A parser over {@code bytes}; its byte offsets are positions in the array.
     *
     * @throws IOException if they are another encoding than UTF-8, which the parser would guess, without offsets
     */
    public JsonParser parser(byte[] bytes) throws IOException {
        requireUtf8(bytes);
        return passing.createParser(bytes);
    }

    /** JSON begins with ASCII: in UTF-16 and UTF-32 one of the first four bytes is zero, or is a byte order mark's. */
    private static void requireUtf8(byte[] bytes) throws IOException {
        for (int i = 0; i < Math.min(4, bytes.length); i++) {
            var at = bytes[i] & 0xFF;
            if (at == 0 || (i == 0 && at >= 0xEF)) {
                throw new IOException("not UTF-8 without a byte order mark");
            }
        }
    }

    /**
     * Reads the only value in {@code bytes}.
     *
     * @throws IOException if it is not JSON, or something follows it
     */
    public EventRead read(byte[] bytes) throws IOException {
        try (var parser = parser(bytes)) {
            if (parser.nextToken() == null) {
                throw new IOException("no value");
            }
            var read = read(parser);
            if (parser.nextToken() != null) {
                throw new IOException("something follows the event");
            }
            return read;
        }
    }

    /** @throws IOException if {@code bytes} are not exactly one JSON value */
    public void requireOneValue(byte[] bytes) throws IOException {
        try (var parser = parser(bytes)) {
            if (parser.nextToken() == null) {
                throw new IOException("no value");
            }
            parser.skipChildren();
            parser.finishToken();
            if (parser.nextToken() != null) {
                throw new IOException("something follows the value");
            }
        }
    }

    /**
     * Reads the value that {@code parser} stands at and leaves it at the value's end.
     *
     * @throws IOException if it is not JSON
     */
    public EventRead read(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return new NotAnEvent("", "", List.of(new Flaw("", "must be a JSON object")));
        }
        var fields = new Fields();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var name = parser.currentName();
            parser.nextToken();
            fields.read(name, parser);
        }
        return fields.toEvent();
    }

    /**
     * The event's data as a tree, or null if it has none or none that is JSON.
     *
     * @param bytes what {@code event} was read from
     * @throws IOException if an object in it has a name twice, or {@code data_base64} holds no base64, or not one JSON
     *     value though it says so
     */
    public Object data(byte[] bytes, EventAttributes event) throws IOException {
        if (event.dataFrom() == event.dataTo()) {
            return null;
        }
        try (var parser = json.createParser(bytes, event.dataFrom(), event.dataTo() - event.dataFrom())) {
            parser.nextToken();
            if (!event.base64()) {
                return tree(parser);
            }
            return isJson(event.contentType()) ? decoded(parser.getBinaryValue()) : parser.getText();
        }
    }

    private Object decoded(byte[] data) throws IOException {
        requireUtf8(data);
        try (var parser = json.createParser(data)) {
            var tree = parser.nextToken() == null ? null : tree(parser);
            if (parser.nextToken() != null) {
                throw new IOException("something follows the data");
            }
            return tree;
        }
    }

    /** Whether data of this type is JSON; data without a type is. */
    public static boolean isJson(String contentType) {
        var type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return type.isEmpty() || type.endsWith("/json") || type.endsWith("+json");
    }

    private static Object tree(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                var object = new HashMap<String, Object>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    var name = parser.currentName();
                    parser.nextToken();
                    object.put(name, tree(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                var array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(tree(parser));
                }
                yield array;
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Numeral(parser.getText());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> parser.getText();
        };
    }

    /** The members of one event, while they are read. */
    private static final class Fields {
        private final HashMap<String, String> texts = new HashMap<>();
        private final List<Flaw> flaws = new ArrayList<>();
        private int dataFrom;
        private int dataTo;
        private boolean base64;

        void read(String name, JsonParser parser) throws IOException {
            switch (name) {
                case "specversion", "id", "source", "type", "subject", "time", "datacontenttype" -> text(name, parser);
                case "data", "data_base64" -> data(name, parser);
                default -> skip(name, parser);
            }
        }

        private void text(String name, JsonParser parser) throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return;
            }
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                flaws.add(new Flaw(name, "must be a string"));
                parser.skipChildren();
            } else if (texts.put(name, parser.getText()) != null) {
                flaws.add(new Flaw(name, "must stand once"));
            }
        }

        private void data(String name, JsonParser parser) throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return;
            }
            if (dataTo > 0) {
                flaws.add(new Flaw(name, "must stand once, as data or data_base64"));
            }
            base64 = name.equals("data_base64");
            if (base64 && parser.currentToken() != JsonToken.VALUE_STRING) {
                flaws.add(new Flaw(name, "must be a string"));
            }
            dataFrom = (int) parser.currentTokenLocation().getByteOffset();
            skip(name, parser);
            parser.finishToken();
            dataTo = (int) parser.currentLocation().getByteOffset();
        }

        /** Leaves the parser at the end of the value, having looked how deep it is and how long its numbers are. */
        private void skip(String name, JsonParser parser) throws IOException {
            int open = 0;
            int deepest = 0;
            int longest = 0;
            for (var token = parser.currentToken(); ; token = parser.nextToken()) {
                if (token == null) {
                    throw new IOException("ends within a value");
                } else if (token.isStructStart()) {
                    deepest = Math.max(deepest, ++open);
                } else if (token.isStructEnd()) {
                    open--;
                } else if (token.isNumeric()) {
                    longest = Math.max(longest, parser.getTextLength());
                }
                if (open == 0) {
                    break;
                }
            }
            // The event itself is one deep.
            if (deepest >= DEEPEST) {
                flaws.add(new Flaw(name, "must not be nested deeper than " + DEEPEST + " with the event"));
            }
            if (longest > LONGEST_NUMBER) {
                flaws.add(new Flaw(name, "must have no number of more than " + LONGEST_NUMBER + " characters"));
            }
        }

        EventRead toEvent() {
            var version = texts.getOrDefault("specversion", "");
            if (!version.equals("1.0")) {
                flaws.add(new Flaw("specversion", "must be \"1.0\""));
            }
            required("id", EventAttributes.NAME_LENGTH);
            required("source", EventAttributes.SOURCE_LENGTH);
            required("type", EventAttributes.NAME_LENGTH);
            required("subject", EventAttributes.NAME_LENGTH);
            var time = time();
            if (!flaws.isEmpty()) {
                return new NotAnEvent(known("source"), known("id"), flaws);
            }
            return new EventAttributes(
                    texts.get("source"),
                    texts.get("id"),
                    texts.get("type"),
                    texts.get("subject"),
                    time,
                    dataFrom,
                    dataTo,
                    base64,
                    texts.getOrDefault("datacontenttype", ""));
        }

        private void required(String name, int longest) {
            var text = texts.getOrDefault(name, "");
            if (text.isBlank() || text.length() > longest || !Utf8.holds(text)) {
                flaws.add(new Flaw(name, "must be text of 1 to " + longest + " characters"));
            }
        }

        private String known(String name) {
            var text = texts.getOrDefault(name, "");
            return text.length() <= EventAttributes.SOURCE_LENGTH && Utf8.holds(text) ? text : "";
        }

        private Optional<Instant> time() {
            var text = texts.get("time");
            if (text == null || text.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(EventTime.parse(text));
            } catch (DateTimeException e) {
                flaws.add(new Flaw("time", "must be an RFC 3339 time such as 2026-01-31T12:00:00Z"));
                return Optional.empty();
            }
        }
    }
}
