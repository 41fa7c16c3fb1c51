package io.tallystick.metering.usage.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.tallystick.metering.meter.Numeral;
import io.tallystick.metering.meter.Utf8;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import io.tallystick.metering.usage.event.EventRead.NotAnEvent;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/**
 * Reads CloudEvents from UTF-8 JSON without building what nobody asked for: the attributes are read, the data is
 * skipped until {@link #data} wants it.
 */
@ApplicationScoped
public class EventReader {
    /** Deepest nesting of an event; deeper is malformed. */
    public static final int DEEPEST = 64;

    private final JsonFactory json = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(256)
                    .build())
            .build();

    /** A parser over {@code bytes}; its byte offsets are positions in the array. */
    public JsonParser parser(byte[] bytes) throws IOException {
        return json.createParser(bytes);
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
     * @throws IOException if {@code data_base64} holds no base64, or no JSON though it says so
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
        try (var parser = parser(data)) {
            return parser.nextToken() == null ? null : tree(parser);
        }
    }

    private static boolean isJson(String contentType) {
        var type = contentType.split(";", 2)[0].strip();
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
                default -> parser.skipChildren();
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
            parser.skipChildren();
            parser.finishToken();
            dataTo = (int) parser.currentLocation().getByteOffset();
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
                return Optional.of(OffsetDateTime.parse(text).toInstant());
            } catch (DateTimeException e) {
                flaws.add(new Flaw("time", "must be an RFC 3339 time such as 2026-01-31T12:00:00Z"));
                return Optional.empty();
            }
        }
    }
}
