package io.tallystick.metering.query.records;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.Problem.FieldError;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.query.records.Records.UsageRecord;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestStreamElementType;

/** The tenant's events that were counted, newest first: in pages, or all of them as a stream of lines. */
@Path("/v1/records")
@RequiresScope("usage:read")
class RecordsResource {
    /** Most streams of one instance: each reads on as fast as its client takes it. */
    private static final int STREAMS = 4;

    private static final int STREAM_PAGE = 500;

    private final Records records;
    private final Caller caller;
    private final Semaphore streams = new Semaphore(STREAMS);

    RecordsResource(Records records, Caller caller) {
        this.records = records;
        this.caller = caller;
    }

    /** @param before the {@code next} of the page before */
    @GET
    public Uni<PageView> list(
            @RestQuery @DefaultValue("") String from,
            @RestQuery @DefaultValue("") String to,
            @RestQuery @DefaultValue("") String subject,
            @RestQuery @DefaultValue("") String source,
            @RestQuery @DefaultValue("") String id,
            @RestQuery @DefaultValue("") String type,
            @RestQuery @DefaultValue("") String before,
            @RestQuery @DefaultValue("100") @Min(1) @Max(1000) int limit) {
        var place = before.isEmpty()
                ? Place.NEWEST
                : Place.parse(before).orElseThrow(() -> invalid("before", "must be the next of the page before"));
        return records.page(wanted(from, to, subject, source, id, type), place, limit)
                .map(PageView::of);
    }

    @GET
    @Path("export")
    @Produces("application/x-ndjson")
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    public Multi<RecordView> export(
            @RestQuery @DefaultValue("") String from,
            @RestQuery @DefaultValue("") String to,
            @RestQuery @DefaultValue("") String subject,
            @RestQuery @DefaultValue("") String source,
            @RestQuery @DefaultValue("") String id,
            @RestQuery @DefaultValue("") String type) {
        var wanted = wanted(from, to, subject, source, id, type);
        if (!streams.tryAcquire()) {
            throw new ProblemException(
                    Problem.of(
                            "too-many-exports",
                            "Too many exports",
                            503,
                            STREAMS
                                    + " exports are under way, which is the most. Try again when one of them has ended."),
                    Map.of("Retry-After", "30"));
        }
        return records.all(wanted, STREAM_PAGE)
                .map(RecordView::of)
                .onTermination()
                .invoke(() -> streams.release());
    }

    private Wanted wanted(String from, String to, String subject, String source, String id, String type) {
        return new Wanted(caller.tenant(), time("from", from), time("to", to), subject, source, id, type);
    }

    static Optional<Instant> time(String parameter, String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            var time = OffsetDateTime.parse(text).toInstant();
            if (time.isAfter(Instant.EPOCH) && time.isBefore(Instant.parse("9999-01-01T00:00:00Z"))) {
                return Optional.of(time);
            }
        } catch (DateTimeException _) {
            // Answered below, as any other time that cannot be asked for.
        }
        throw invalid(parameter, "must be a time such as 2026-01-31T12:00:00Z");
    }

    static ProblemException invalid(String parameter, String rule) {
        return new ProblemException(
                Problem.of("invalid-query", "Query not valid", 400, "Correct the parameters listed.")
                        .with(List.of(new FieldError("/" + parameter, rule))));
    }

    /** @param next {@code before} of the next page; absent on the last */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record PageView(List<RecordView> records, String next) {
        static PageView of(Records.Page page) {
            return new PageView(
                    page.records().stream().map(RecordView::of).toList(),
                    page.next().map(Place::toString).orElse(null));
        }
    }

    /**
     * @param sentBy DID of the authenticated sender
     * @param appendedAt when it was taken in, by the broker's clock
     * @param event as it was sent, as a text: one line, whatever is in it
     */
    record RecordView(
            String source,
            String id,
            String type,
            String subject,
            Instant time,
            String funding,
            String sentBy,
            Instant appendedAt,
            String event) {
        static RecordView of(UsageRecord record) {
            return new RecordView(
                    record.source(),
                    record.id(),
                    record.type(),
                    record.subject(),
                    record.time(),
                    record.funding(),
                    record.sentBy(),
                    record.appendedAt(),
                    record.event());
        }
    }
}
