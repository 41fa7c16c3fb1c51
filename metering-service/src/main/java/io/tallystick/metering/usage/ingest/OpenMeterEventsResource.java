package io.tallystick.metering.usage.ingest;

import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.usage.ingest.room.RoomFilter.TakesBody;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;

/**
 * Usage events in, by OpenMeter's rules: all of a batch or none of it, and only the event's form is looked at. A value
 * that cannot be counted, or a time outside of the window, is found later and becomes a dead letter.
 */
@Path("/api/v1/events")
class OpenMeterEventsResource {
    private final IncomingReader reader;
    private final Ingest ingest;
    private final Caller caller;

    OpenMeterEventsResource(IncomingReader reader, Ingest ingest, Caller caller) {
        this.reader = reader;
        this.ingest = ingest;
        this.caller = caller;
    }

    @POST
    @RequiresScope("usage:write")
    @TakesBody
    public Uni<Void> post(@Context HttpHeaders headers, byte[] body) {
        var received = reader.read(headers.getRequestHeaders(), body);
        var events = received.events();
        var refused = Ingest.refusedOf(events);
        if (!refused.isEmpty()) {
            ingest.countRefused(events.size());
            throw new ProblemException(EventsResource.notAccepted(refused, received.batch()));
        }
        return ingest.append(caller.tenant(), caller.did(), events).replaceWithVoid();
    }
}
