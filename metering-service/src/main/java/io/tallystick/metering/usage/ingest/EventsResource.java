package io.tallystick.metering.usage.ingest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.Problem.FieldError;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import io.tallystick.metering.usage.ingest.Incoming.Refused;
import io.tallystick.metering.usage.ingest.room.RoomFilter.TakesBody;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * Usage events in. The good ones of a batch are taken in, each other one is named by its index. Who prefers it is told the
 * result of each event.
 */
@Path("/v1/events")
class EventsResource {
    /** Most that is listed of one event. */
    private static final int ERRORS_OF_AN_EVENT = 8;

    private final IncomingReader reader;
    private final Ingest ingest;
    private final CountedBefore counted;
    private final Caller caller;

    EventsResource(IncomingReader reader, Ingest ingest, CountedBefore counted, Caller caller) {
        this.reader = reader;
        this.ingest = ingest;
        this.counted = counted;
        this.caller = caller;
    }

    @POST
    @RequiresScope("usage:write")
    @TakesBody
    @Produces(MediaType.APPLICATION_JSON)
    @ResponseStatus(202)
    public Uni<RestResponse<Receipt>> post(@Context HttpHeaders headers, byte[] body) {
        var tenant = caller.tenant();
        var did = caller.did();
        var now = Instant.now();
        var received = reader.read(headers.getRequestHeaders(), body);
        var events = ingest.checked(tenant, received.events(), now);
        var prefer = headers.getRequestHeaders().getOrDefault("Prefer", List.of());
        if (!Preference.isForResults(prefer)) {
            return receipt(tenant, did, received.batch(), events);
        }
        return counted.outcomes(tenant, events, now)
                .chain(found -> found.isEmpty()
                        ? receipt(tenant, did, received.batch(), events)
                        : results(tenant, did, events, found.get()));
    }

    private Uni<RestResponse<Receipt>> receipt(String tenant, String did, boolean batch, List<Incoming> events) {
        var refused = Ingest.refusedOf(events);
        ingest.countRefused(refused.size());
        if (refused.size() == events.size()) {
            throw new ProblemException(notAccepted(refused, batch));
        }
        return ingest.append(tenant, did, events)
                .map(accepted -> RestResponse.status(
                        RestResponse.Status.ACCEPTED,
                        new Receipt(accepted, refused.stream().map(Refusal::of).toList(), List.of())));
    }

    private Uni<RestResponse<Receipt>> results(
            String tenant, String did, List<Incoming> events, List<Outcome> outcomes) {
        var fresh = new ArrayList<Incoming>();
        var refused = new ArrayList<Refusal>();
        for (int i = 0; i < outcomes.size(); i++) {
            switch (outcomes.get(i).word()) {
                case ACCEPTED -> fresh.add(events.get(i));
                case DUPLICATE -> {}
                case CONFLICT, INVALID -> refused.add(Refusal.of(outcomes.get(i)));
            }
        }
        ingest.countRefused(refused.size());
        return ingest.append(tenant, did, fresh).map(accepted -> RestResponse.ResponseBuilder.create(
                        RestResponse.Status.ACCEPTED,
                        new Receipt(
                                accepted,
                                refused,
                                outcomes.stream().map(Result::of).toList()))
                .header("Preference-Applied", Preference.REPRESENTATION)
                .header("Vary", "Prefer")
                .build());
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

    private static List<FieldError> errors(List<Flaw> flaws) {
        return flaws.stream()
                .limit(ERRORS_OF_AN_EVENT)
                .map(flaw -> new FieldError(flaw.field().isEmpty() ? "" : "/" + flaw.field(), flaw.rule()))
                .toList();
    }

    private static Stream<FieldError> errors(Refused event, String item) {
        return event.flaws().stream()
                .map(flaw -> new FieldError(flaw.field().isEmpty() ? item : item + "/" + flaw.field(), flaw.rule()));
    }

    /**
     * What Kafka has now.
     *
     * @param accepted how many events are in the log: each will be counted once, or be listed as a dead letter
     * @param refused those that were not taken in, by their place in the request
     * @param results one for each event, in their order; absent unless asked for
     */
    record Receipt(
            int accepted,
            List<Refusal> refused,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Result> results) {}

    /**
     * @param index place in the request, from 0
     * @param result {@code accepted}, {@code duplicate}, {@code conflict} or {@code invalid}
     * @param errors why it was not taken in
     */
    record Result(
            int index,
            String id,
            String result,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FieldError> errors) {
        static Result of(Outcome outcome) {
            return new Result(
                    outcome.index(), outcome.id(), outcome.word().text(), EventsResource.errors(outcome.flaws()));
        }
    }

    /**
     * @param index place in the request, from 0
     * @param id the event's id as far as it could be read, else empty
     */
    record Refusal(int index, String id, List<FieldError> errors) {
        static Refusal of(Refused event) {
            return new Refusal(
                    event.index(), event.id(), EventsResource.errors(event, "").toList());
        }

        static Refusal of(Outcome outcome) {
            return new Refusal(outcome.index(), outcome.id(), EventsResource.errors(outcome.flaws()));
        }
    }
}
