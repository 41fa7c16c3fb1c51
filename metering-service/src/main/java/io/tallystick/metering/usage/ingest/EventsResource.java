package io.tallystick.metering.usage.ingest;

import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.Problem.FieldError;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.usage.ingest.Incoming.Refused;
import io.tallystick.metering.usage.ingest.room.RoomFilter.TakesBody;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Usage events in. The good ones of a batch are taken in, each other one is named by its index. */
@Path("/v1/events")
class EventsResource {
    private final IncomingReader reader;
    private final Ingest ingest;
    private final Caller caller;

    EventsResource(IncomingReader reader, Ingest ingest, Caller caller) {
        this.reader = reader;
        this.ingest = ingest;
        this.caller = caller;
    }

    @POST
    @RequiresScope("usage:write")
    @TakesBody
    @Produces(MediaType.APPLICATION_JSON)
    @ResponseStatus(202)
    public Uni<Receipt> post(@Context HttpHeaders headers, byte[] body) {
        var tenant = caller.tenant();
        var received = reader.read(headers.getRequestHeaders(), body);
        var events = ingest.checked(tenant, received.events(), Instant.now());
        var refused = Ingest.refusedOf(events);
        ingest.countRefused(refused.size());
        if (refused.size() == events.size()) {
            throw new ProblemException(notAccepted(refused, received.batch()));
        }
        return ingest.append(tenant, caller.did(), events)
                .map(accepted ->
                        new Receipt(accepted, refused.stream().map(Refusal::of).toList()));
    }

    static Problem notAccepted(List<Refused> refused, boolean batch) {
        return Problem.of(
                        "invalid-event",
                        "Event not valid",
                        400,
                        "None of the events was taken in. Correct what is listed and send them again.")
                .with(refused.stream()
                        .flatMap(event -> errors(event, batch ? "/" + event.index() : ""))
                        .toList());
    }

    private static Stream<FieldError> errors(Refused event, String item) {
        return event.flaws().stream()
                .map(flaw -> new FieldError(flaw.field().isEmpty() ? item : item + "/" + flaw.field(), flaw.rule()));
    }

    /**
     * What Kafka has now.
     *
     * @param accepted how many events are in the log: each will be counted once, or be listed as a dead letter
     * @param refused the others, by their place in the request
     */
    record Receipt(int accepted, List<Refusal> refused) {}

    /**
     * @param index place in the request, from 0
     * @param id the event's id as far as it could be read, else empty
     */
    record Refusal(int index, String id, List<FieldError> errors) {
        static Refusal of(Refused event) {
            return new Refusal(
                    event.index(), event.id(), EventsResource.errors(event, "").toList());
        }
    }
}
