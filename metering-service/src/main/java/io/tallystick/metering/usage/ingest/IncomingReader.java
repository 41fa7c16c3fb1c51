package io.tallystick.metering.usage.ingest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.usage.event.EventAttributes;
import io.tallystick.metering.usage.event.EventRead;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import io.tallystick.metering.usage.event.EventRead.NotAnEvent;
import io.tallystick.metering.usage.event.EventReader;
import io.tallystick.metering.usage.event.UsageEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.MultivaluedMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the events in a request: CloudEvents in binary, structured or batch mode, or plain JSON that holds one or an
 * array. The bytes of each event are kept as they were sent.
 */
@ApplicationScoped
class IncomingReader {
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final String BATCH = "application/cloudevents-batch+json";
    private static final String PLAIN = "application/json";

    /** Where the parser stops. */
    private static final String TOO_FAR =
            "is nested more than 1,000 deep or has a name of more than 50,000 characters.";

    private final IngestConfig config;
    private final EventReader reader;
    private final BinaryMode binaryMode;

    IncomingReader(IngestConfig config, EventReader reader, BinaryMode binaryMode) {
        this.config = config;
        this.reader = reader;
        this.binaryMode = binaryMode;
    }

    /**
     * What a request brought.
     *
     * @param batch whether it is an array, even of one
     * @param events in their order; at least one
     */
    record Received(boolean batch, List<Incoming> events) {
        Received {
            events = List.copyOf(events);
        }
    }

    /**
     * @throws ProblemException if the request as a whole cannot be read; then no event of it is taken in
     */
    Received read(MultivaluedMap<String, String> headers, byte[] body) {
        if (body.length > config.bodyBytes()) {
            throw tooLarge("The body has more than " + config.bodyBytes() + " bytes; send it in several requests.");
        }
        var contentType = headers.getFirst("content-type") == null ? "" : headers.getFirst("content-type");
        if (!MediaTypes.isUtf8(contentType)) {
            throw unsupported("Send UTF-8.");
        }
        try {
            return switch (MediaTypes.withoutParameters(contentType)) {
                case STRUCTURED -> single(body);
                case BATCH -> values(body, false);
                default -> {
                    if (binaryMode.isUsedBy(headers)) {
                        yield single(binaryMode.structured(headers, contentType, body));
                    }
                    if (!MediaTypes.withoutParameters(contentType).equals(PLAIN)) {
                        throw unsupported("Send " + STRUCTURED + ", " + BATCH + ", " + PLAIN
                                + ", or ce- headers with the data as body.");
                    }
                    yield values(body, true);
                }
            };
        } catch (BinaryMode.AttributeException e) {
            return new Received(false, List.of(new Incoming.Refused(0, "", List.of(e.flaw()))));
        } catch (StreamConstraintsException e) {
            throw malformed("The body " + TOO_FAR);
        } catch (IOException e) {
            throw malformed("The body, or the data of an event in binary mode, is not JSON in UTF-8; leave out a byte "
                    + "order mark.");
        }
    }

    private Received single(byte[] event) throws IOException {
        return new Received(false, List.of(incoming(0, reader.read(event), event)));
    }

    private Received values(byte[] body, boolean orOne) throws IOException {
        try (var parser = reader.parser(body)) {
            var first = parser.nextToken();
            if (first != JsonToken.START_ARRAY) {
                if (orOne && first == JsonToken.START_OBJECT) {
                    return single(body);
                }
                throw malformed("Send an array of events.");
            }
            var events = new ArrayList<Incoming>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (events.size() == config.batch()) {
                    throw tooLarge("More than " + config.batch() + " events; send them in several requests.");
                }
                events.add(element(parser, body, events.size()));
            }
            if (parser.nextToken() != null) {
                throw malformed("Something follows the array.");
            }
            if (events.isEmpty()) {
                throw malformed("The array is empty; send at least one event.");
            }
            return new Received(true, events);
        } catch (ElementException e) {
            var why = e.getCause() instanceof StreamConstraintsException ? TOO_FAR : "is not JSON; none was taken in.";
            throw malformed("Event " + e.index + " " + why);
        }
    }

    private Incoming element(JsonParser parser, byte[] body, int index) throws ElementException {
        try {
            var from = (int) parser.currentTokenLocation().getByteOffset();
            var read = reader.read(parser);
            var to = (int) parser.currentLocation().getByteOffset();
            return incoming(index, moved(read, from), Arrays.copyOfRange(body, from, to));
        } catch (IOException e) {
            throw new ElementException(index, e);
        }
    }

    /** The data's place counts from the event's own first byte. */
    private static EventRead moved(EventRead read, int by) {
        return read instanceof EventAttributes attributes ? attributes.movedBy(-by) : read;
    }

    private Incoming incoming(int index, EventRead read, byte[] event) {
        return switch (read) {
            case NotAnEvent(var _, var id, var flaws) -> new Incoming.Refused(index, id, flaws);
            case EventAttributes attributes
            when event.length > config.eventBytes() ->
                refused(index, attributes, "", "must have at most " + config.eventBytes() + " bytes");
            case EventAttributes attributes
            when attributes.source().startsWith(UsageEvent.GATEWAY_SOURCE) ->
                refused(index, attributes, "source", "must not begin with " + UsageEvent.GATEWAY_SOURCE);
            case EventAttributes attributes -> new Incoming.Acceptable(index, attributes, event);
        };
    }

    private static Incoming refused(int index, EventAttributes attributes, String field, String rule) {
        return new Incoming.Refused(index, attributes.id(), List.of(new Flaw(field, rule)));
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(Problem.of("malformed-json", "Body is not the JSON expected", 400, detail));
    }

    private static ProblemException tooLarge(String detail) {
        return new ProblemException(Problem.of("body-too-large", "Body too large", 413, detail));
    }

    private static ProblemException unsupported(String detail) {
        return new ProblemException(Problem.of("unsupported-media-type", "Media type not supported", 415, detail));
    }

    private static final class ElementException extends IOException {
        private static final long serialVersionUID = 1L;
        private final int index;

        ElementException(int index, IOException cause) {
            super(cause);
            this.index = index;
        }
    }
}
