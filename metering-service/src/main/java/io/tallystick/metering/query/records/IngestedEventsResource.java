package io.tallystick.metering.query.records;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.metering.query.records.Records.UsageRecord;
import io.tallystick.metering.query.records.RefusedEvents.Refused;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jboss.resteasy.reactive.RestQuery;

/** The newest events on OpenMeter's path and in its words: those that were counted, and the dead letters. */
@Path("/api/v1/events")
@RequiresScope("usage:read")
class IngestedEventsResource {
    /** Parameters of OpenMeter's that would be left out of account, so that the answer would be another's. */
    private static final List<String> NOT_KEPT = List.of("customerId", "ingestedAtFrom", "ingestedAtTo");

    private final Records records;
    private final RefusedEvents refused;
    private final Caller caller;

    IngestedEventsResource(Records records, RefusedEvents refused, Caller caller) {
        this.records = records;
        this.refused = refused;
        this.caller = caller;
    }

    /** @param from of the event's time, and of a dead letter's arrival */
    @GET
    public Uni<List<EventView>> list(
            @Context UriInfo uri,
            @RestQuery @DefaultValue("") String from,
            @RestQuery @DefaultValue("") String to,
            @RestQuery @DefaultValue("") String subject,
            @RestQuery @DefaultValue("") String id,
            @RestQuery @DefaultValue("100") @Min(1) @Max(100) int limit) {
        for (var parameter : NOT_KEPT) {
            if (uri.getQueryParameters().containsKey(parameter)) {
                throw RecordsResource.invalid(parameter, "cannot be asked for; ask by from, to, subject and id");
            }
        }
        var wanted = new Wanted(
                caller.tenant(),
                RecordsResource.time("from", from),
                RecordsResource.time("to", to),
                subject,
                "",
                id,
                "");
        return Uni.combine()
                .all()
                .unis(records.page(wanted, Place.NEWEST, limit), refused.newest(wanted, limit))
                .with((counted, letters) -> newest(counted.records(), letters, limit));
    }

    private static List<EventView> newest(List<UsageRecord> counted, List<Refused> letters, int limit) {
        var all = new ArrayList<EventView>();
        counted.forEach(
                record -> all.add(new EventView(record.event(), null, record.appendedAt(), record.appendedAt())));
        letters.forEach(letter ->
                all.add(new EventView(letter.event(), letter.error(), letter.appendedAt(), letter.appendedAt())));
        return all.stream()
                .sorted(Comparator.comparing(EventView::ingestedAt).reversed())
                .limit(limit)
                .toList();
    }

    /**
     * @param event a CloudEvent as it was sent; of what was none, what is known of it
     * @param validationError why it was not counted; absent if it was
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record EventView(@JsonRawValue String event, String validationError, Instant ingestedAt, Instant storedAt) {}
}
