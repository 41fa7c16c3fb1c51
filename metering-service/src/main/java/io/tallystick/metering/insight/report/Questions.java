package io.tallystick.metering.insight.report;

import io.tallystick.kit.access.Caller;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.Problem.FieldError;
import io.tallystick.kit.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads what is asked, and keeps a client to what is its own. */
@ApplicationScoped
class Questions {
    private static final int USUAL_ROWS = 1000;
    private static final int MOST_ROWS = 10_000;

    private final Caller caller;

    Questions(Caller caller) {
        this.caller = caller;
    }

    /** @throws ProblemException if it cannot be answered, or is of what is not the caller's */
    Question of(UriInfo uri, Set<String> groups) {
        var parameters = uri.getQueryParameters();
        var subjects = parameters.getOrDefault("subject", List.of());
        var ask = new Ask(
                first(parameters, "from"),
                first(parameters, "to"),
                first(parameters, "windowSize"),
                first(parameters, "windowTimeZone"),
                parameters.getOrDefault("groupBy", List.of()),
                subjects,
                parameters.getOrDefault("model", List.of()),
                limit(first(parameters, "limit")),
                first(parameters, "after"));
        return switch (ask.of(caller.tenant(), own(subjects), groups, Instant.now())) {
            case Ask.Valid(var question) -> {
                if (UsageReports.isTooLarge(question, question.windows())) {
                    throw new ProblemException(Problem.of(
                            "query-too-large",
                            "Too much at once",
                            400,
                            "Of all clients ask for a year in months of UTC, four months of days, or five days of hours; "
                                    + "or name subjects, or do not group by them."));
                }
                yield question;
            }
            case Ask.Invalid(var flaws) ->
                throw invalid(flaws.stream()
                        .map(flaw -> new FieldError("/" + flaw.parameter(), flaw.rule()))
                        .toList());
        };
    }

    static ProblemException invalid(List<FieldError> flaws) {
        return new ProblemException(
                Problem.of("invalid-query", "Query not valid", 400, "Correct the parameters listed.")
                        .with(flaws));
    }

    /** Where a page ends: the link to the next one, for answers that have no place for it. */
    static String nextLink(UriInfo uri, Cursor last) {
        var query = uri.getQueryParameters().entrySet().stream()
                .filter(parameter -> !parameter.getKey().equals("after"))
                .flatMap(parameter ->
                        parameter.getValue().stream().map(value -> encoded(parameter.getKey()) + "=" + encoded(value)))
                .collect(Collectors.joining("&", "?", "&after=" + last.text()));
        return "<" + query + ">; rel=\"next\"";
    }

    private Optional<Set<String>> own(List<String> asked) {
        if (!caller.ownOnly()) {
            return Optional.empty();
        }
        var mine = caller.subjects();
        if (!mine.containsAll(asked)) {
            throw new ProblemException(Problem.of(
                    "not-your-subject",
                    "Not allowed",
                    403,
                    "Ask for " + caller.did() + " or a wallet that is linked to it, or name no subject."));
        }
        return Optional.of(asked.isEmpty() ? mine : Set.copyOf(asked));
    }

    private static int limit(String text) {
        if (text.isEmpty()) {
            return USUAL_ROWS;
        }
        if (text.matches("[1-9][0-9]{0,4}") && Integer.parseInt(text, 10) <= MOST_ROWS) {
            return Integer.parseInt(text, 10);
        }
        throw invalid(List.of(new FieldError("/limit", "must be a whole number from 1 to " + MOST_ROWS)));
    }

    static String first(MultivaluedMap<String, String> parameters, String name) {
        var value = parameters.getFirst(name);
        return value == null ? "" : value;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
