package io.tallystick.metering.query;

import io.smallrye.mutiny.Uni;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.Problem.FieldError;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.meter.Meters;
import io.tallystick.metering.query.SeriesQueries.Sum;
import io.tallystick.metering.usage.rollup.Grain;
import io.tallystick.metering.usage.rollup.RollupConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
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
    private final RollupConfig rollups;

    MeterQueries(Meters meters, SeriesQueries series, RollupConfig rollups) {
        this.meters = meters;
        this.series = series;
        this.rollups = rollups;
    }

    /** Sums, and the windows they are of. */
    record Answer(Question question, Windows windows, List<Sum> sums) {
        static Answer none(Question question) {
            return new Answer(question, Windows.one(Instant.EPOCH, Instant.EPOCH), List.of());
        }

        Instant start(Sum sum) {
            return windows.start(sum.window());
        }

        Instant end(Sum sum) {
            return windows.end(sum.window());
        }
    }

    /** @throws ProblemException if the meter is unknown or the query cannot be answered */
    Uni<Answer> answer(String tenant, String idOrSlug, Asked asked) {
        return question(tenant, idOrSlug, asked).chain(question -> answer(question, grain(question)));
    }

    private static Grain grain(Question question) {
        return question.needsMinutes() ? Grain.MINUTE : Grain.HOUR;
    }

    private Uni<Answer> answer(Question question, Grain grain) {
        return series.extent(question, question.source(grain)).chain(extent -> {
            if (extent.isEmpty()) {
                return Uni.createFrom().item(Answer.none(question));
            }
            var windows = windows(question, extent.get());
            if (grain == Grain.MINUTE) {
                return kept(question, windows)
                        .map(kept -> summed(question, grain, kept))
                        .orElseGet(() -> Uni.createFrom().item(Answer.none(question)));
            }
            if (windows.ofWholeHours()) {
                return summed(question, grain, windows);
            }
            if (!question.minutes()) {
                throw notWholeHours();
            }
            return answer(question, Grain.MINUTE);
        });
    }

    /** Minutes are dropped by the day: a window that some of them are missing of is not answered as if it had them all. */
    private Optional<Windows> kept(Question question, Windows windows) {
        var oldest = rollups.minutesFrom(LocalDate.now(ZoneOffset.UTC));
        if (question.from().isEmpty() && question.size().isPresent()) {
            return windows.from(oldest);
        }
        if (question.from().filter(from -> !from.isBefore(oldest)).isEmpty()) {
            throw new ProblemException(Problem.of(
                    "minutes-not-kept",
                    "Minutes no longer kept",
                    400,
                    "This needs minutes, which are kept since " + oldest + "; ask from there or later, or for whole "
                            + "hours of UTC."));
        }
        return Optional.of(windows);
    }

    Uni<List<String>> subjects(String tenant, String idOrSlug, Optional<Set<String>> only) {
        return question(tenant, idOrSlug, NOTHING)
                .chain(question -> series.subjects(tenant, question.meter(), question.source(Grain.HOUR), only));
    }

    Uni<List<String>> values(String tenant, String idOrSlug, String dimension, Asked asked) {
        var grouped =
                new Asked(asked.from(), asked.to(), "", "", asked.subject(), List.of(dimension), asked.filterGroupBy());
        return question(tenant, idOrSlug, grouped)
                .chain(question -> series.values(question, question.source(grain(question)), dimension));
    }

    private Uni<Answer> summed(Question question, Grain grain, Windows windows) {
        return series.sums(question, question.source(grain), windows).map(sums -> {
            if (sums.size() > SeriesQueries.MOST) {
                throw tooMuch();
            }
            return new Answer(question, windows, sums);
        });
    }

    private Uni<Question> question(String tenant, String idOrSlug, Asked asked) {
        return meters.find(tenant, idOrSlug).map(found -> {
            var meter = found.orElseThrow(MeterQueries::unknown).draft();
            return switch (asked.of(tenant, meter)) {
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
        };
    }

    private static ProblemException notWholeHours() {
        return new ProblemException(Problem.of(
                "invalid-query",
                "Query not valid",
                400,
                "Windows of this windowTimeZone do not begin on a whole UTC hour, and the meter is kept by the hour."
                        + " Ask for UTC, or create a meter with windowSize MINUTE."));
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
