package io.tallystick.metering.usage.ingest;

import io.smallrye.mutiny.Uni;
import io.tallystick.events.Funding;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.usage.UsageEntry;
import io.tallystick.metering.usage.UsageLog;
import io.tallystick.metering.usage.event.EventKey;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import io.tallystick.metering.usage.event.EventReader;
import io.tallystick.metering.usage.event.UsageEvent;
import io.tallystick.metering.usage.event.VoidRequest;
import io.tallystick.metering.usage.ingest.FormerRevisions.Found;
import io.tallystick.metering.usage.ingest.Incoming.Acceptable;
import io.tallystick.metering.usage.ingest.Incoming.Refused;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestQuery;

/**
 * An event takes another's place: the one of its source and id, as it was first sent or by the amendment before. Both
 * happen in one transaction of whoever reads the log, once for each revision, in the hour of the event that was first sent.
 */
@Path("/v1/amendments")
class AmendmentsResource {
    private final IncomingReader reader;
    private final EventReader events;
    private final Ingest ingest;
    private final FormerRevisions revisions;
    private final UsageLog log;
    private final Caller caller;

    AmendmentsResource(
            IncomingReader reader,
            EventReader events,
            Ingest ingest,
            FormerRevisions revisions,
            UsageLog log,
            Caller caller) {
        this.reader = reader;
        this.events = events;
        this.ingest = ingest;
        this.revisions = revisions;
        this.log = log;
        this.caller = caller;
    }

    /** @param revision 1 for the first amendment of the event, 2 for what takes its place, … */
    @POST
    @RequiresScope("usage:write")
    @Produces(MediaType.APPLICATION_JSON)
    @ResponseStatus(202)
    public Uni<Asked> post(
            @Context HttpHeaders headers,
            @RestQuery @Min(1) @Max(UsageEvent.REVISIONS) int revision,
            @RestQuery @DefaultValue("") @Size(max = 256) String reason,
            byte[] body) {
        var tenant = caller.tenant();
        var by = caller.did();
        var sent = acceptable(tenant, reader.read(headers.getRequestHeaders(), body));
        var event = event(tenant, sent).as(revision);
        var asked = new Asked(event.source(), event.id(), revision);
        var former = EventKey.of(tenant, event.source(), event.id(), revision - 1);
        return revisions.of(former, event.key()).chain(found -> switch (found) {
            case Found.Standing(var time) -> {
                var entry = UsageEntry.ofAmendment(tenant, event.subject(), by, revision, time, reason, sent.event());
                yield Uni.createFrom().completionStage(() -> log.append(entry)).map(_ -> asked);
            }
            case Found.Amended(var digest)
            when digest == event.digest() -> Uni.createFrom().item(asked);
            case Found.Amended _ ->
                throw conflict("There is another event of this revision; send the next one, " + (revision + 1)
                        + ", to take its place.");
            case Found.TakenBack _ ->
                throw conflict("Revision " + (revision - 1) + " was taken back by a void; report a new event.");
            case Found.Unknown _ ->
                throw new ProblemException(Problem.of(
                        "event-not-counted",
                        "Event not counted",
                        404,
                        "Revision " + (revision - 1) + " of this source and id was not counted yet, or is no longer "
                                + "kept. Right after it was sent, try again in a moment."));
        });
    }

    private Acceptable acceptable(String tenant, IncomingReader.Received received) {
        if (received.batch()) {
            throw new ProblemException(
                    Problem.of("malformed-json", "Body is not the JSON expected", 400, "Send one event, no array."));
        }
        return switch (received.events().getFirst()) {
            case Refused refused -> throw invalid(refused);
            case Acceptable event
            when event.attributes().type().equals(VoidRequest.EVENT_TYPE) ->
                throw invalid(new Refused(0, "", List.of(new Flaw("type", "must not be a void's"))));
            case Acceptable event -> usable(tenant, event);
        };
    }

    private Acceptable usable(String tenant, Acceptable event) {
        var flaw = ingest.unusable(tenant, event);
        if (flaw.isPresent()) {
            throw invalid(new Refused(0, event.attributes().id(), List.of(flaw.get())));
        }
        return event;
    }

    private UsageEvent event(String tenant, Acceptable sent) {
        var read = sent.attributes();
        try {
            var data = events.data(sent.event(), read);
            // The time is the former's; it is no part of what makes two amendments one.
            return new UsageEvent(
                    tenant,
                    Funding.ACCOUNT,
                    read.source(),
                    read.id(),
                    read.type(),
                    read.subject(),
                    Instant.EPOCH,
                    data);
        } catch (IOException e) {
            var flaw = new Flaw("data", "must be what datacontenttype says, with each name of an object once");
            throw invalid(new Refused(0, read.id(), List.of(flaw)));
        }
    }

    private static ProblemException invalid(Refused refused) {
        return new ProblemException(EventsResource.notAccepted(List.of(refused), false));
    }

    private static ProblemException conflict(String detail) {
        return new ProblemException(Problem.of("amendment-conflict", "Amendment not possible", 409, detail));
    }

    /** Kafka has the amendment, or it was counted before. */
    record Asked(String source, String id, int revision) {}
}
