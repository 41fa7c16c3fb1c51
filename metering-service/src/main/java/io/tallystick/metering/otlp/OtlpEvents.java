package io.tallystick.metering.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import io.tallystick.metering.meter.Utf8;
import io.tallystick.metering.usage.UsageEntry;
import io.tallystick.metering.usage.event.EventAttributes;
import io.tallystick.metering.usage.event.EventReader;
import io.tallystick.metering.usage.ingest.Ingest;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Writes usage events of what was received; each has an id that a retry gives it again. */
@ApplicationScoped
class OtlpEvents {
    /** CloudEvents {@code type} of all of them: the same meters count spans and points. */
    static final String TYPE = "gen_ai.usage";

    private static final List<String> SUBJECTS = List.of("tallystick.subject", "enduser.id", "user.id", "service.name");

    private final JsonFactory json = new JsonFactory();
    private final EventReader reader;
    private final Ingest ingest;

    OtlpEvents(EventReader reader, Ingest ingest) {
        this.reader = reader;
        this.ingest = ingest;
    }

    /** An event to be counted, or why it cannot be. */
    sealed interface Made {

        @SuppressWarnings("ArrayRecordComponent") // made once, read once, never compared
        record Event(UsageEntry entry, byte[] bytes) implements Made {}

        record Unusable(String why) implements Made {}
    }

    /** Who consumed: the attribute that the tenant named, else the first of the usual ones. */
    static Optional<String> subject(String named, Map<String, String> attributes, Map<String, String> resource) {
        return (named.isEmpty() ? SUBJECTS.stream() : Stream.of(named))
                .flatMap(name -> Stream.of(attributes, resource).map(of -> of.getOrDefault(name, "")))
                .filter(text -> !text.isBlank() && text.length() <= EventAttributes.NAME_LENGTH && Utf8.holds(text))
                .findFirst();
    }

    /**
     * @param signal {@code traces} or {@code metrics}
     * @param buckets numbers by bucket
     */
    Made event(
            String tenant,
            String by,
            String signal,
            String id,
            String subject,
            Instant time,
            Map<String, String> buckets,
            Map<String, String> texts) {
        var bytes = bytes(signal, id, subject, time, buckets, texts);
        try {
            if (reader.read(bytes) instanceof EventAttributes attributes) {
                return ingest.flaw(tenant, attributes, bytes, Instant.now())
                        .<Made>map(flaw -> new Made.Unusable(flaw.field() + " " + flaw.rule()))
                        .orElseGet(() -> new Made.Event(UsageEntry.ofAccount(tenant, subject, by, bytes), bytes));
            }
            return new Made.Unusable("cannot be an event");
        } catch (IOException e) {
            throw new UncheckedIOException("what was written here is JSON", e);
        }
    }

    private byte[] bytes(
            String signal,
            String id,
            String subject,
            Instant time,
            Map<String, String> buckets,
            Map<String, String> texts) {
        var out = new ByteArrayOutputStream(384);
        try (var event = json.createGenerator(out)) {
            event.writeStartObject();
            event.writeStringField("specversion", "1.0");
            event.writeStringField("id", id);
            event.writeStringField("source", "/otlp/" + signal);
            event.writeStringField("type", TYPE);
            event.writeStringField("subject", subject);
            event.writeStringField("time", time.toString());
            event.writeObjectFieldStart("data");
            for (var bucket : buckets.entrySet()) {
                event.writeStringField(bucket.getKey(), bucket.getValue());
            }
            for (var text : texts.entrySet()) {
                event.writeStringField(text.getKey(), text.getValue());
            }
            event.writeStringField("usage_source", "provider_final");
            event.writeEndObject();
            event.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("nothing is written outside of the memory", e);
        }
        return out.toByteArray();
    }
}
