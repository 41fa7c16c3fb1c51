package io.tallystick.events;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Locale;

/**
 * Events as structured CloudEvents JSON, and back. The one class here that knows a JSON library.
 *
 * <p>Amounts and quantities are decimal strings (a JSON number loses digits past 2^53), times are RFC 3339, enum
 * constants are in lower case. A field that this version does not know is skipped: a later version may add one.
 */
public final class EventJson {
    /** Media type of the structured mode. */
    public static final String MEDIA_TYPE = "application/cloudevents+json";

    private static final JsonMapper JSON = mapper();

    private EventJson() {}

    /** The event in CloudEvents' structured JSON mode, UTF-8. */
    public static byte[] write(Envelope event) {
        var json = JSON.createObjectNode()
                .put("specversion", "1.0")
                .put("id", event.id())
                .put("source", event.source())
                .put("type", event.type())
                .put("subject", event.data().key())
                .put("time", event.time().toString())
                .put("datacontenttype", "application/json");
        json.set("data", JSON.valueToTree(event.data()));
        try {
            return JSON.writeValueAsBytes(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if it is not a CloudEvent of a type in {@link EventType}, or its data breaks a
     *     rule of its record
     */
    public static Envelope read(byte[] event) {
        try {
            var json = JSON.readTree(event);
            var name = json.path("type").asText();
            var type = EventType.named(name)
                    .orElseThrow(() -> new IllegalArgumentException("no event type of ours: " + name));
            var data = JSON.treeToValue(json.path("data"), type.data());
            if (data == null) {
                throw new IllegalArgumentException("event without data, type=" + name);
            }
            return new Envelope(
                    json.path("id").asText(),
                    json.path("source").asText(),
                    Instant.parse(json.path("time").asText()),
                    data);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("not an event of ours: " + e.getMessage(), e);
        }
    }

    private static JsonMapper mapper() {
        var mapper = JsonMapper.builder()
                .addModule(new JavaTimeModule())
                .addModule(new SimpleModule().addSerializer(new LowerCaseEnum()))
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .build();
        mapper.configOverride(BigInteger.class).setFormat(JsonFormat.Value.forShape(JsonFormat.Shape.STRING));
        mapper.configOverride(BigDecimal.class).setFormat(JsonFormat.Value.forShape(JsonFormat.Shape.STRING));
        return mapper;
    }

    @SuppressWarnings("rawtypes")
    private static final class LowerCaseEnum extends StdSerializer<Enum> {
        private static final long serialVersionUID = 1L;

        LowerCaseEnum() {
            super(Enum.class);
        }

        @Override
        public void serialize(Enum value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(value.name().toLowerCase(Locale.ROOT));
        }
    }
}
