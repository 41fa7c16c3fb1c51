package io.tallystick.metering.insight.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem.FieldError;
import io.tallystick.metering.insight.Span;
import io.tallystick.metering.insight.report.Retention.Cohort;
import io.tallystick.metering.insight.report.Retention.Kept;
import io.tallystick.metering.insight.report.Retention.Period;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** Who stayed, for the provider's eyes only. */
@Path("/v1/insight/retention")
@RequiresScope("usage:read")
class RetentionResource {
    private static final String CSV = "text/csv";
    private static final String DATE = "([2-9][0-9]{3}-[0-9]{2}-[0-9]{2})?";

    /** Most periods of one answer: five years of months. */
    private static final int MOST_PERIODS = 60;

    private final RetentionReports reports;
    private final Caller caller;
    private final Clock clock = Clock.systemUTC();

    RetentionResource(RetentionReports reports, Caller caller) {
        this.reports = reports;
        this.caller = caller;
    }

    /**
     * @param until a day of the last period; today if absent
     * @param asset needed where the tenant was paid in several: they are never added up
     * @param meter whose usage is shown beside the revenue
     */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<RetentionAnswer> retention(
            @RestQuery @DefaultValue("MONTH") @Pattern(regexp = "WEEK|MONTH") String period,
            @RestQuery @DefaultValue("12") @Min(1) @Max(MOST_PERIODS) int periods,
            @RestQuery @DefaultValue("") @Pattern(regexp = DATE) String until,
            @RestQuery @DefaultValue("") @Size(max = 256) String asset,
            @RestQuery @DefaultValue("requests") @Size(max = 64) String meter) {
        return answer(Span.valueOf(period), periods, until, asset, meter);
    }

    /** One line for each cohort and period. */
    @GET
    @Produces(CSV + ";qs=0.1")
    public Uni<RestResponse<String>> csv(
            @RestQuery @DefaultValue("MONTH") @Pattern(regexp = "WEEK|MONTH") String period,
            @RestQuery @DefaultValue("12") @Min(1) @Max(MOST_PERIODS) int periods,
            @RestQuery @DefaultValue("") @Pattern(regexp = DATE) String until,
            @RestQuery @DefaultValue("") @Size(max = 256) String asset,
            @RestQuery @DefaultValue("requests") @Size(max = 64) String meter) {
        return answer(Span.valueOf(period), periods, until, asset, meter).map(answer -> {
            var csv = new Csv(
                    "cohort",
                    "size",
                    "period",
                    "active",
                    "active_share",
                    "revenue",
                    "revenue_share",
                    "used",
                    "used_share");
            for (var cohort : answer.cohorts()) {
                for (var kept : cohort.periods()) {
                    csv.line(List.of(
                            cohort.start().toString(),
                            cohort.size(),
                            kept.start().toString(),
                            kept.active(),
                            kept.activeShare(),
                            kept.revenue(),
                            kept.revenueShare(),
                            kept.used(),
                            kept.usedShare() == null ? "" : kept.usedShare()));
                }
            }
            return ResponseBuilder.ok(csv.text(), CSV).build();
        });
    }

    private Uni<RetentionAnswer> answer(Span span, int periods, String until, String asset, String meter) {
        var now = clock.instant();
        var last = span.floor(day(until).orElse(now));
        var end = span.after(last);
        var starts = LongStream.range(0, periods)
                .mapToObj(back -> span.after(last, back - periods + 1))
                .toList();
        var before = span.after(last, -(long) periods);
        return chosen(asset)
                .chain(one -> one.isEmpty()
                        ? Uni.createFrom()
                                .item(RetentionAnswer.of(span, "", meter, Retention.of(List.of(), starts, before), now))
                        : reports.cells(caller.tenant(), span, one.get(), meter, end)
                                .map(cells -> RetentionAnswer.of(
                                        span, one.get(), meter, Retention.of(cells, starts, before), now)));
    }

    /** @return empty if the tenant was never paid */
    private Uni<Optional<String>> chosen(String asset) {
        if (!asset.isEmpty()) {
            return Uni.createFrom().item(Optional.of(asset));
        }
        return reports.assets(caller.tenant()).map(assets -> {
            if (assets.size() > 1) {
                throw Questions.invalid(List.of(new FieldError("/asset", "must be one of " + assets)));
            }
            return assets.stream().findFirst();
        });
    }

    private static Optional<Instant> day(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
        } catch (java.time.DateTimeException e) {
            throw Questions.invalid(List.of(new FieldError("/until", "must be a day such as 2026-01-31")));
        }
    }

    private static String text(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    /** @param asset empty if the tenant was never paid */
    record RetentionAnswer(
            String period, String asset, String meter, List<CohortView> cohorts, List<PeriodView> periods) {
        static RetentionAnswer of(Span span, String asset, String meter, Retention retention, Instant now) {
            return new RetentionAnswer(
                    span.name(),
                    asset,
                    meter,
                    retention.cohorts().stream().map(CohortView::of).toList(),
                    retention.periods().stream()
                            .map(period -> PeriodView.of(
                                    period, !span.after(period.start()).isAfter(now)))
                            .toList());
        }
    }

    /** @param size clients that paid first in this period */
    record CohortView(Instant start, String size, List<KeptView> periods) {
        static CohortView of(Cohort cohort) {
            return new CohortView(
                    cohort.start(),
                    Long.toString(cohort.size()),
                    cohort.cells().stream().map(KeptView::of).toList());
        }
    }

    /** Decimal strings; shares are of the cohort's own period. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record KeptView(
            Instant start,
            String active,
            String activeShare,
            String revenue,
            String revenueShare,
            String used,
            String usedShare) {
        static KeptView of(Kept kept) {
            return new KeptView(
                    kept.period(),
                    Long.toString(kept.active()),
                    text(kept.activeShare()),
                    kept.revenue().toString(),
                    text(kept.revenueShare()),
                    text(kept.used()),
                    kept.usedShare().map(RetentionResource::text).orElse(null));
        }
    }

    /** @param complete whether the period is over */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record PeriodView(
            Instant start,
            boolean complete,
            String active,
            String first,
            String returning,
            String kept,
            String churned,
            String revenue,
            String netRevenueRetention) {
        static PeriodView of(Period period, boolean complete) {
            return new PeriodView(
                    period.start(),
                    complete,
                    Long.toString(period.active()),
                    Long.toString(period.first()),
                    Long.toString(period.returning()),
                    Long.toString(period.kept()),
                    Long.toString(period.churned()),
                    period.revenue().toString(),
                    period.netRevenueRetention().map(RetentionResource::text).orElse(null));
        }
    }
}
