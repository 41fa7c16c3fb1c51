package io.tallystick.metering.insight.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.metering.insight.report.UsageReports.Usage;
import io.tallystick.metering.meter.CallMeters;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** What was used, by whom, of what, when. */
@Path("/v1/insight/usage")
@RequiresScope(value = "usage:read", own = true)
class UsageInsightResource {
    private static final String CSV = "text/csv";
    private static final String REQUESTS = "requests";
    private static final Set<String> GROUPS = Set.of("subject", "model", "apiKey");

    private final UsageReports reports;
    private final Questions questions;

    UsageInsightResource(UsageReports reports, Questions questions) {
        this.reports = reports;
        this.questions = questions;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<UsageAnswer> usage(@Context UriInfo uri) {
        var question = questions.of(uri, GROUPS);
        return reports.usage(question).map(rows -> UsageAnswer.of(question, rows));
    }

    @GET
    @Produces(CSV + ";qs=0.1")
    public Uni<RestResponse<String>> csv(@Context UriInfo uri) {
        var question = questions.of(uri, GROUPS);
        return reports.usage(question).map(rows -> {
            var csv = new Csv("window_start", "window_end", "subject", "model", "api_key", "meter", "usage");
            page(question, rows).forEach(row -> row.used()
                    .forEach((meter, used) -> csv.line(List.of(
                            start(question, row).toString(),
                            end(question, row).toString(),
                            row.place().subject(),
                            row.place().model(),
                            row.place().apiKey(),
                            meter,
                            used))));
            var answer = ResponseBuilder.ok(csv.text(), CSV);
            if (rows.size() > question.limit()) {
                answer.header(
                        "Link",
                        Questions.nextLink(uri, page(question, rows).getLast().place()));
            }
            return answer.build();
        });
    }

    private static List<Usage> page(Question question, List<Usage> rows) {
        return rows.subList(0, Math.min(question.limit(), rows.size()));
    }

    private static Instant start(Question question, Usage row) {
        return question.windows().start(row.place().window());
    }

    private static Instant end(Question question, Usage row) {
        return question.windows().end(row.place().window());
    }

    /** @param next {@code after} of the next page; absent on the last */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record UsageAnswer(Instant from, Instant to, List<UsageRow> rows, String next) {
        static UsageAnswer of(Question question, List<Usage> rows) {
            var bounds = question.windows().bounds();
            var page = page(question, rows);
            return new UsageAnswer(
                    bounds.getFirst(),
                    bounds.getLast(),
                    page.stream().map(row -> UsageRow.of(question, row)).toList(),
                    rows.size() > question.limit() ? page.getLast().place().text() : null);
        }
    }

    /**
     * Decimal strings.
     *
     * @param subject absent unless grouped by, as model and API key
     * @param calls through the gateway
     * @param buckets what those calls used, by token bucket
     * @param meters what the tenant's own meters counted
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record UsageRow(
            Instant windowStart,
            Instant windowEnd,
            String subject,
            String model,
            String apiKey,
            String calls,
            SortedMap<String, String> buckets,
            SortedMap<String, String> meters) {
        static UsageRow of(Question question, Usage row) {
            var buckets = new TreeMap<>(row.used());
            var meters = new TreeMap<>(row.used());
            buckets.keySet().removeIf(meter -> meter.equals(REQUESTS) || !isBucket(meter));
            meters.keySet().removeIf(UsageRow::isBucket);
            return new UsageRow(
                    start(question, row),
                    end(question, row),
                    question.bySubject() ? row.place().subject() : null,
                    question.byModel() ? row.place().model() : null,
                    question.byApiKey() ? row.place().apiKey() : null,
                    row.used().getOrDefault(REQUESTS, "0"),
                    buckets,
                    meters);
        }

        private static boolean isBucket(String meter) {
            return CallMeters.named(meter).isPresent();
        }
    }
}
