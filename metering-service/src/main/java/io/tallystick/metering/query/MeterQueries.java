package io.tallystick.metering.query;

import io.smallrye.mutiny.Uni;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.Problem.FieldError;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.meter.Meters;
import io.tallystick.metering.query.SeriesQueries.Sum;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Answers what is asked of a meter. */
@ApplicationScoped
class MeterQueries {
    private static final Asked NOTHING = new Asked("", "", "", "", List.of(), List.of(), Map.of());

    private final Meters meters;
    private final SeriesQueries series;

    MeterQueries(Meters meters, SeriesQueries series) {
        this.meters = meters;
        this.series = series;
    }

    /** Sums, and the windows they are of. */
    record Answer(Question question, Windows windows, List<Sum> sums) {
        Instant start(Sum sum) {
            return windows.start(sum.window());
        }

        Instant end(Sum sum) {
            return windows.end(sum.window());
        }
    }

    /** @throws ProblemException if the meter is unknown or the query cannot be answered */
    Uni<Answer> answer(String tenant, String idOrSlug, Asked asked) {
        return question(tenant, idOrSlug, asked).chain(question -> series.extent(question)
                .chain(extent -> extent.isEmpty()
                        ? Uni.createFrom()
                                .item(new Answer(question, Windows.one(Instant.EPOCH, Instant.EPOCH), List.of()))
                        : summed(question, windows(question, extent.get()))));
    }

    Uni<List<String>> subjects(String tenant, String idOrSlug, Optional<Set<String>> only) {
        return question(tenant, idOrSlug, NOTHING).chain(question -> series.subjects(tenant, question.meter(), only));
    }

    Uni<List<String>> values(String tenant, String idOrSlug, String dimension, Asked asked) {
        var grouped =
                new Asked(asked.from(), asked.to(), "", "", asked.subject(), List.of(dimension), asked.filterGroupBy());
        return question(tenant, idOrSlug, grouped).chain(question -> series.values(question, dimension));
    }

    private Uni<Answer> summed(Question question, Windows windows) {
        return series.sums(question, windows).map(sums -> {
            if (sums.size() > SeriesQueries.MOST) {
                throw tooMuch();
            }
            return new Answer(question, windows, sums);
        });
    }

    private Uni<Question> question(String tenant, String idOrSlug, Asked asked) {
        return meters.find(tenant, idOrSlug).map(found -> {
            var meter = found.orElseThrow(MeterQueries::unknown).draft();
            return switch (asked.of(
                    tenant, meter.slug(), Set.copyOf(meter.groupBy().keySet()))) {
                case Asked.Valid(var question) -> question;
                case Asked.Invalid(var flaws) ->
                    throw new ProblemException(
                            Problem.of("invalid-query", "Query not valid", 400, "Correct the parameters listed.")
                                    .with(flaws.stream()
                                            .map(flaw -> new FieldError("/" + flaw.parameter(), flaw.rule()))
                                            .toList()));
            };
        });
    }

    private static Windows windows(Question question, Windows extent) {
        if (question.size().isEmpty()) {
            return extent;
        }
        var cut = Windows.cut(extent.start(0), extent.end(0), question.size().get(), question.zone());
        return switch (cut) {
            case Windows windows -> windows;
            case NotCut.TOO_MANY -> throw tooMuch();
            case NotCut.NOT_WHOLE_HOURS ->
                throw new ProblemException(Problem.of(
                        "invalid-query",
                        "Query not valid",
                        400,
                        "Days of this windowTimeZone do not begin on a whole UTC hour, and usage is kept by the hour."
                                + " Ask for windowSize=HOUR in UTC."));
        };
    }

    private static ProblemException tooMuch() {
        return new ProblemException(Problem.of(
                "query-too-large",
                "Too much at once",
                400,
                "More than " + SeriesQueries.MOST + " rows; ask for a shorter time, longer windows or fewer groups."));
    }

    static ProblemException unknown() {
        return new ProblemException(
                Problem.of("unknown-meter", "No such meter", 404, "Check the meter's slug or id; GET /api/v1/meters."));
    }
}
