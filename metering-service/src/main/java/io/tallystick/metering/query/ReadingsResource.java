package io.tallystick.metering.query;

import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.query.SeriesQueries.Reading;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestQuery;

/** A meter's totals now, exact and with what was voided. */
@Path("/v1/readings")
@RequiresScope(value = "usage:read", own = true)
class ReadingsResource {
    private final SeriesQueries series;
    private final OwnSubject own;
    private final Caller caller;

    ReadingsResource(SeriesQueries series, OwnSubject own, Caller caller) {
        this.series = series;
        this.own = own;
        this.caller = caller;
    }

    @GET
    public Uni<Readings> get(
            @RestQuery @NotBlank @Size(max = 64) String meter, @RestQuery @Size(max = 256) String subject) {
        var at = Instant.now();
        return series.readings(caller.tenant(), meter, own.within(Optional.ofNullable(subject)))
                .map(readings -> {
                    if (readings.size() > SeriesQueries.MOST) {
                        throw new ProblemException(Problem.of(
                                "query-too-large", "Too much at once", 400, "Ask for one subject: add subject=…."));
                    }
                    return new Readings(
                            meter, at, readings.stream().map(ReadingView::of).toList());
                });
    }

    /** @param at when it was read; what is still in the log is not in it */
    record Readings(String meter, Instant at, List<ReadingView> readings) {}

    /**
     * Decimal strings.
     *
     * @param usage {@code added - voided}
     */
    record ReadingView(
            String subject, Map<String, String> dimensions, String funding, String added, String voided, String usage) {
        static ReadingView of(Reading reading) {
            return new ReadingView(
                    reading.subject(),
                    reading.dimensions(),
                    reading.funding(),
                    reading.added().toPlainString(),
                    reading.voided().toPlainString(),
                    reading.added().subtract(reading.voided()).toPlainString());
        }
    }
}
