package io.tallystick.metering.usage.importing;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.usage.importing.Importer.Delivery;
import io.tallystick.metering.usage.importing.Imports.Begin;
import io.tallystick.metering.usage.importing.Imports.Import;
import io.tallystick.metering.usage.importing.Imports.LineFlaw;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** Usage of before, however old. The sender names the import; sent again under the same name nothing counts twice. */
@Path("/v1/imports")
@Produces(MediaType.APPLICATION_JSON)
class ImportsResource {
    private static final String CSV = "text/csv";
    private static final String LINES = "application/x-ndjson";
    private static final String ID = "[A-Za-z0-9][A-Za-z0-9._~-]{0,63}";
    private static final Duration DATABASE = Duration.ofSeconds(10);

    private final Importer importer;
    private final Imports imports;
    private final Caller caller;

    ImportsResource(Importer importer, Imports imports, Caller caller) {
        this.importer = importer;
        this.imports = imports;
        this.caller = caller;
    }

    /**
     * @param id of the import, chosen by its sender
     * @param line number of the body's first line with an event, for who sends the rest of a file
     * @param more whether other requests of the import follow
     */
    @POST
    @RequiresScope("usage:write")
    @Consumes({CSV, LINES, "application/ndjson", "application/jsonl"})
    @Blocking
    public ImportView post(
            @RestQuery @NotNull @Pattern(regexp = ID) String id,
            @RestQuery @DefaultValue("1") @Min(1) @Max(1_000_000_000_000L) long line,
            @RestQuery @DefaultValue("false") boolean more,
            @Context HttpHeaders headers,
            InputStream body) {
        var tenant = caller.tenant();
        var by = caller.did();
        var csv = isCsv(headers);
        var delivery = new Delivery(by, csv, isGzip(headers), line, more);
        if (!importer.takeSlot()) {
            throw new ProblemException(
                    Problem.of("unavailable", "Try again later", 503, "Other imports are being received."),
                    Map.of("Retry-After", "5"));
        }
        try {
            switch (imports.begin(tenant, id, by).await().atMost(DATABASE)) {
                case Begin.Begun(var run) -> importer.bring(run, delivery, body);
                case Begin.Refused.UNDER_WAY ->
                    throw conflict("import-under-way", "Import under way", "Another request brings this import.");
                case Begin.Refused.TOO_MANY ->
                    throw conflict(
                            "too-many-imports", "Too many imports", "Bring it in under the id of an import there is.");
            }
        } finally {
            importer.giveSlot();
        }
        return imports.one(tenant, id).map(ImportsResource::view).await().atMost(DATABASE);
    }

    @GET
    @Path("/{id}")
    @RequiresScope("usage:read")
    public Uni<ImportView> get(@RestPath String id) {
        return imports.one(caller.tenant(), id).map(ImportsResource::view);
    }

    /** Takes no more in. What was received is counted, and it may be begun anew. */
    @DELETE
    @Path("/{id}")
    @RequiresScope("usage:write")
    public Uni<ImportView> cancel(@RestPath String id) {
        return imports.cancel(caller.tenant(), id).map(ImportsResource::view);
    }

    private static boolean isCsv(HttpHeaders headers) {
        var type = headers.getMediaType();
        if (type == null) {
            throw new ProblemException(Problem.of(
                    "unsupported-media-type",
                    "Media type not supported",
                    415,
                    "Say what is sent: Content-Type " + CSV + " or " + LINES + "."));
        }
        return type.getSubtype().toLowerCase(Locale.ROOT).equals("csv");
    }

    private static boolean isGzip(HttpHeaders headers) {
        var encodings = headers.getRequestHeaders().getOrDefault("Content-Encoding", List.of());
        var encoding = String.join(",", encodings).strip().toLowerCase(Locale.ROOT);
        return switch (encoding) {
            case "", "identity" -> false;
            case "gzip", "x-gzip" -> true;
            default ->
                throw new ProblemException(Problem.of(
                        "unsupported-media-type",
                        "Media type not supported",
                        415,
                        "Send the body as it is, or as gzip."));
        };
    }

    private static ProblemException conflict(String name, String title, String detail) {
        return new ProblemException(Problem.of(name, title, 409, detail));
    }

    private static ImportView view(Optional<Import> found) {
        return found.map(ImportView::of)
                .orElseThrow(() -> new ProblemException(
                        Problem.of("not-found", "Not found", 404, "There is no import of this id.")));
    }

    /**
     * Of the run: {@code received = counted + duplicates + deadLetters} once it is {@code done}.
     *
     * @param state {@code receiving}, {@code waiting}, {@code counting}, {@code done}, {@code broken} or {@code cancelled}
     * @param counted events of the run that were counted, which no earlier run had brought
     * @param countedInAll of all runs
     * @param errors the first of the lines that were not taken in
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ImportView(
            String id,
            String state,
            int run,
            long received,
            long invalid,
            long counted,
            long duplicates,
            long deadLetters,
            long countedInAll,
            String startedBy,
            Instant createdAt,
            Instant changedAt,
            List<LineFlaw> errors) {
        static ImportView of(Import found) {
            var settled = found.runCounted() + found.duplicates() + found.deadLetters();
            var state = found.state().equals("received")
                    ? (settled < found.received() ? "counting" : "done")
                    : found.state();
            return new ImportView(
                    found.id(),
                    state,
                    found.run(),
                    found.received(),
                    found.invalid(),
                    found.runCounted(),
                    found.duplicates(),
                    found.deadLetters(),
                    found.counted(),
                    found.startedBy(),
                    found.createdAt(),
                    found.touchedAt(),
                    found.flaws());
        }
    }
}
