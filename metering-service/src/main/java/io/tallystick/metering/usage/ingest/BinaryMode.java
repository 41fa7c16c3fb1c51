package io.tallystick.metering.usage.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import io.tallystick.metering.usage.event.EventReader;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.MultivaluedMap;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * CloudEvents' binary HTTP mode: attributes in {@code ce-} headers, data in the body. Turned into the structured mode,
 * which is what the usage log holds.
 */
@ApplicationScoped
class BinaryMode {
    private static final String PREFIX = "ce-";
    private static final Pattern ATTRIBUTE = Pattern.compile("[a-z0-9]{1,64}");
    private static final Set<String> NOT_FROM_HEADERS = Set.of("data", "data_base64", "datacontenttype");

    private final JsonFactory json = new JsonFactory();
    private final EventReader reader;

    BinaryMode(EventReader reader) {
        this.reader = reader;
    }

    boolean isUsedBy(MultivaluedMap<String, String> headers) {
        return headers.containsKey(PREFIX + "specversion") || headers.containsKey(PREFIX + "id");
    }

    /** An attribute that cannot be read, or in more than one way. */
    static final class AttributeException extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient Flaw flaw;

        AttributeException(String attribute, String rule) {
            super(attribute + " " + rule);
            flaw = new Flaw(attribute, rule);
        }

        Flaw flaw() {
            return flaw;
        }
    }

    /**
     * @throws AttributeException if a header is not what the protocol binding says
     * @throws IOException if the data says it is JSON and is not
     */
    byte[] structured(MultivaluedMap<String, String> headers, String contentType, byte[] body) throws IOException {
        var out = new ByteArrayOutputStream(body.length + 256);
        try (var event = json.createGenerator(out)) {
            event.writeStartObject();
            for (var header : headers.entrySet()) {
                var name = header.getKey().toLowerCase(Locale.ROOT);
                if (name.startsWith(PREFIX)) {
                    attribute(event, name.substring(PREFIX.length()), header.getValue());
                }
            }
            if (body.length > 0) {
                data(event, contentType, body);
            }
            event.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void attribute(JsonGenerator event, String name, List<String> values) throws IOException {
        if (!ATTRIBUTE.matcher(name).matches() || NOT_FROM_HEADERS.contains(name)) {
            return;
        }
        if (values.size() > 1) {
            throw new AttributeException(name, "must stand once");
        }
        var text = HeaderText.decoded(values.getFirst());
        if (text.isEmpty()) {
            throw new AttributeException(name, "must be UTF-8 where it is percent-encoded");
        }
        event.writeStringField(name, text.get());
    }

    private void data(JsonGenerator event, String contentType, byte[] body) throws IOException {
        if (!contentType.isEmpty()) {
            event.writeStringField("datacontenttype", contentType);
        }
        if (EventReader.isJson(contentType)) {
            reader.requireOneValue(body);
            event.writeFieldName("data");
            event.writeRawValue(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } else {
            event.writeBinaryField("data_base64", body);
        }
    }
}
