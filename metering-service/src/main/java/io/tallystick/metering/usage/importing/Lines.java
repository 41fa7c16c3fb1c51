package io.tallystick.metering.usage.importing;

import com.fasterxml.jackson.core.JsonFactory;
import io.tallystick.metering.usage.UsageConfig;
import io.tallystick.metering.usage.event.ArrivalWindow;
import io.tallystick.metering.usage.event.EventAttributes;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import io.tallystick.metering.usage.event.EventRead.NotAnEvent;
import io.tallystick.metering.usage.event.EventReader;
import io.tallystick.metering.usage.event.UsageEvent;
import io.tallystick.metering.usage.event.VoidRequest;
import io.tallystick.metering.usage.ingest.Ingest;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Turns the lines of an import into events, or says what is wrong with them. */
@ApplicationScoped
class Lines {
    /** Earlier, it is a time of another unit, or none. */
    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");

    private final JsonFactory json = new JsonFactory();
    private final EventReader reader;
    private final Ingest ingest;
    private final ArrivalWindow window;

    Lines(EventReader reader, Ingest ingest, UsageConfig config) {
        this.reader = reader;
        this.ingest = ingest;
        window = config.window();
    }

    /** What a line is. */
    sealed interface Line {

        /** Its bytes are its own and are not copied. */
        @SuppressWarnings("ArrayRecordComponent") // made once, read once, never compared
        record Good(EventAttributes attributes, byte[] event) implements Line {}

        /** @param eventId as far as it could be read, else empty */
        record Bad(String eventId, Flaw flaw) implements Line {}
    }

    /** A line that holds one CloudEvent in structured mode. */
    Line event(String tenant, byte[] event, Instant now) {
        try {
            return switch (reader.read(event)) {
                case NotAnEvent(var _, var id, var flaws) -> new Line.Bad(id, flaws.getFirst());
                case EventAttributes attributes ->
                    flaw(tenant, attributes, event, now)
                            .<Line>map(flaw -> new Line.Bad(attributes.id(), flaw))
                            .orElseGet(() -> new Line.Good(attributes, event));
            };
        } catch (IOException e) {
            return new Line.Bad("", new Flaw("", "must be one CloudEvent in JSON"));
        }
    }

    /**
     * A row of cells.
     *
     * @param source, id for a row that has none of its own
     */
    Line row(String tenant, Map<String, String> row, String source, String id, Instant now) {
        var out = new ByteArrayOutputStream(256);
        try (var event = json.createGenerator(out)) {
            event.writeStartObject();
            event.writeStringField("specversion", "1.0");
            event.writeStringField("id", row.getOrDefault("id", id));
            event.writeStringField("source", row.getOrDefault("source", source));
            for (var name : new String[] {"type", "subject", "time"}) {
                event.writeStringField(name, row.getOrDefault(name, ""));
            }
            event.writeObjectFieldStart("data");
            for (var cell : row.entrySet()) {
                if (!Csv.ATTRIBUTES.contains(cell.getKey())) {
                    event.writeStringField(cell.getKey(), cell.getValue());
                }
            }
            event.writeEndObject();
            event.writeEndObject();
        } catch (IOException e) {
            return new Line.Bad(row.getOrDefault("id", id), new Flaw("", "must be text"));
        }
        return event(tenant, out.toByteArray(), now);
    }

    private Optional<Flaw> flaw(String tenant, EventAttributes attributes, byte[] event, Instant now) {
        if (attributes.type().equals(VoidRequest.EVENT_TYPE)) {
            return Optional.of(new Flaw("type", "must not be a void's: send it to /v1/voids"));
        }
        if (attributes.source().startsWith(UsageEvent.GATEWAY_SOURCE)) {
            return Optional.of(new Flaw("source", "must not begin with " + UsageEvent.GATEWAY_SOURCE));
        }
        var time = attributes.time();
        if (time.isEmpty()
                || time.get().isBefore(EARLIEST)
                || window.place(time.get(), now) == ArrivalWindow.Place.AHEAD) {
            return Optional.of(new Flaw("time", "must be an RFC 3339 time from 2000 on, and not in the future"));
        }
        return ingest.unusable(tenant, attributes, event);
    }
}
