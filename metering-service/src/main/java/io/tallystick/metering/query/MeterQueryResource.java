package io.tallystick.metering.query;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.metering.query.MeterQueries.Answer;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;

/** Queries of a meter, on OpenMeter's paths and in its words. */
@Path("/api/v1/meters")
@RequiresScope(value = "usage:read", own = true)
class MeterQueryResource {
    /** For who asks for it: JSON is what a caller gets to whom all is alike. */
    private static final String CSV = "text/csv";

    private static final String FILTER = "filterGroupBy[";

    private final MeterQueries queries;
    private final OwnSubject own;
    private final Caller caller;

    MeterQueryResource(MeterQueries queries, OwnSubject own, Caller caller) {
        this.queries = queries;
        this.own = own;
        this.caller = caller;
    }

    @GET
    @Path("{meter}/query")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<QueryView> get(@RestPath String meter, @Context UriInfo uri) {
        return queries.answer(caller.tenant(), meter, own.within(asked(uri))).map(QueryView::of);
    }

    @GET
    @Path("{meter}/query")
    @Produces(CSV + ";qs=0.1")
    public Uni<RestResponse<String>> csv(@RestPath String meter, @Context UriInfo uri) {
        return queries.answer(caller.tenant(), meter, own.within(asked(uri)))
                .map(answer -> RestResponse.ResponseBuilder.ok(csv(answer), CSV).build());
    }

    @POST
    @Path("{meter}/query")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<QueryView> post(@RestPath String meter, @Valid @NotNull QueryBody body) {
        return queries.answer(caller.tenant(), meter, own.within(body.asked())).map(QueryView::of);
    }

    @GET
    @Path("{meter}/subjects")
    public Uni<List<String>> subjects(@RestPath String meter) {
        return queries.subjects(caller.tenant(), meter, own.within(Optional.empty()));
    }

    @GET
    @Path("{meter}/group-by/{dimension}/values")
    public Uni<List<String>> values(@RestPath String meter, @RestPath String dimension, @Context UriInfo uri) {
        return queries.values(caller.tenant(), meter, dimension, own.within(asked(uri)));
    }

    private static Asked asked(UriInfo uri) {
        var parameters = uri.getQueryParameters();
        var filters = new HashMap<String, List<String>>();
        parameters.forEach((name, values) -> {
            if (name.startsWith(FILTER) && name.endsWith("]")) {
                filters.put(name.substring(FILTER.length(), name.length() - 1), values);
            }
        });
        return new Asked(
                first(parameters, "from"),
                first(parameters, "to"),
                first(parameters, "windowSize"),
                first(parameters, "windowTimeZone"),
                parameters.getOrDefault("subject", List.of()),
                parameters.getOrDefault("groupBy", List.of()),
                filters);
    }

    private static String first(MultivaluedMap<String, String> parameters, String name) {
        var value = parameters.getFirst(name);
        return value == null ? "" : value;
    }

    private static String csv(Answer answer) {
        var groups = answer.question().groupBy();
        var atLeast = answer.question().aggregation().equals("UNIQUE_COUNT");
        var head = Stream.of(List.of("window_start", "window_end", "subject"), groups, List.of("value"))
                .flatMap(List::stream)
                .collect(Collectors.joining(",", "", atLeast ? ",at_least\r\n" : "\r\n"));
        return answer.sums().stream()
                .map(sum -> Stream.of(
                                List.of(
                                        answer.start(sum).toString(),
                                        answer.end(sum).toString(),
                                        sum.subject().orElse("")),
                                groups.stream()
                                        .map(group -> sum.groupBy().get(group))
                                        .toList(),
                                List.of(sum.usage().toPlainString()),
                                atLeast ? List.of(Boolean.toString(sum.atLeast())) : List.<String>of())
                        .flatMap(List::stream)
                        .map(MeterQueryResource::quoted)
                        .collect(Collectors.joining(",", "", "\r\n")))
                .collect(Collectors.joining("", head, ""));
    }

    /** After RFC 4180. A text that a spreadsheet would take for a formula is led by an apostrophe. */
    private static String quoted(String text) {
        var safe = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return safe.matches("[^\",\\r\\n]*") ? safe : "\"" + safe.replace("\"", "\"\"") + "\"";
    }

    /** A query as it is sent; the members of OpenMeter's. What is absent is null. */
    record QueryBody(
            String from,
            String to,
            String windowSize,
            String windowTimeZone,

            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            List<@NotNull String> subject,

            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            List<@NotNull String> groupBy,

            Map<String, Object> filterGroupBy) {

        Asked asked() {
            var filters = new HashMap<String, List<String>>();
            if (filterGroupBy != null) {
                filterGroupBy.forEach((name, value) -> filters.put(name, values(value)));
            }
            return new Asked(or(from), or(to), or(windowSize), or(windowTimeZone), or(subject), or(groupBy), filters);
        }

        private static List<String> values(Object value) {
            return value instanceof List<?> several
                    ? several.stream().map(String::valueOf).toList()
                    : List.of(String.valueOf(value));
        }

        private static String or(String text) {
            return text == null ? "" : text;
        }

        private static List<String> or(List<String> texts) {
            return texts == null ? List.of() : texts;
        }
    }

    /** An answer in OpenMeter's words. Values are JSON numbers, as its clients expect; readings answer strings. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record QueryView(Instant from, Instant to, String windowSize, List<RowView> data) {
        static QueryView of(Answer answer) {
            var question = answer.question();
            return new QueryView(
                    question.from().orElse(null),
                    question.to().orElse(null),
                    question.size().map(Enum::name).orElse(null),
                    answer.sums().stream()
                            .map(sum -> new RowView(
                                    sum.usage(),
                                    answer.start(sum),
                                    answer.end(sum),
                                    sum.subject().orElse(null),
                                    sum.groupBy(),
                                    sum.atLeast() ? Boolean.TRUE : null))
                            .toList());
        }
    }

    /**
     * @param subject null unless asked by subject
     * @param atLeast true if there were more different values than are kept; else absent
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record RowView(
            BigDecimal value,
            Instant windowStart,
            Instant windowEnd,
            String subject,
            Map<String, String> groupBy,
            @JsonInclude(JsonInclude.Include.NON_NULL) Boolean atLeast) {}
}
