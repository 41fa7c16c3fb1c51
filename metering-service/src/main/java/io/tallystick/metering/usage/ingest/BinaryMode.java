package io.tallystick.metering.usage.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tallystick.metering.usage.event.EventReader;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.MultivaluedMap;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
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

    /** @throws IOException if the data says it is JSON and is not */
    byte[] structured(MultivaluedMap<String, String> headers, String contentType, byte[] body) throws IOException {
        var out = new ByteArrayOutputStream(body.length + 256);
        try (var event = json.createGenerator(out)) {
            event.writeStartObject();
            for (var header : headers.entrySet()) {
                var name = header.getKey().toLowerCase(Locale.ROOT);
                if (name.startsWith(PREFIX)) {
                    attribute(
                            event,
                            name.substring(PREFIX.length()),
                            header.getValue().getFirst());
                }
            }
            if (body.length > 0) {
                data(event, contentType, body);
            }
            event.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void attribute(JsonGenerator event, String name, String value) throws IOException {
        if (ATTRIBUTE.matcher(name).matches() && !NOT_FROM_HEADERS.contains(name)) {
            event.writeStringField(name, decoded(value));
        }
    }

    private void data(JsonGenerator event, String contentType, byte[] body) throws IOException {
        if (!contentType.isEmpty()) {
            event.writeStringField("datacontenttype", contentType);
        }
        if (MediaTypes.isJson(contentType)) {
            reader.requireOneValue(body);
            event.writeFieldName("data");
            event.writeRawValue(new String(body, StandardCharsets.UTF_8));
        } else {
            event.writeBinaryField("data_base64", body);
        }
    }

    /** Header values are percent-encoded where they are not plain ASCII; a {@code +} stands for itself. */
    private static String decoded(String value) {
        if (value.indexOf('%') < 0) {
            return value;
        }
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }
}
