package io.tallystick.metering.meter;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.Problem.FieldError;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.meter.MeterDraft.Flaw;
import io.tallystick.metering.meter.Meters.Created;
import io.tallystick.metering.meter.Meters.NotCreated;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestPath;

/** Meters, on OpenMeter's paths and in its words. */
@Path("/api/v1/meters")
class MetersResource {
    private final Meters meters;
    private final MetersConfig config;
    private final Caller caller;

    MetersResource(Meters meters, MetersConfig config, Caller caller) {
        this.meters = meters;
        this.config = config;
        this.caller = caller;
    }

    @POST
    @RequiresScope("meters:write")
    @ResponseStatus(201)
    public Uni<MeterView> create(@Valid @NotNull MeterBody body) {
        var draft = new MeterDraft(
                or(body.slug(), ""),
                or(body.aggregation(), ""),
                or(body.eventType(), ""),
                or(body.valueProperty(), ""),
                body.dimensions(),
                or(body.windowSize(), usual(or(body.aggregation(), ""))));
        var meter = valid(draft);
        var since = since(or(body.backfill(), "false"));
        return meters.create(
                        caller.tenant(), or(body.name(), meter.slug()), or(body.description(), ""), meter, draft, since)
                .map(creation -> switch (creation) {
                    case Created(var stored) -> MeterView.of(stored);
                    case NotCreated reason -> throw new ProblemException(problem(reason));
                });
    }

    /** What is only looked at is kept by the minute: nothing that is billed waits for it. */
    private String usual(String aggregation) {
        return aggregation.equals("COUNT") || aggregation.equals("SUM")
                ? config.windowSize().name()
                : MeterDraft.MINUTE;
    }

    /** Time of the first event to count of those that were counted before; empty for none. */
    private static Optional<Instant> since(String backfill) {
        if (backfill.equals("false")) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    backfill.equals("true")
                            ? Instant.EPOCH
                            : OffsetDateTime.parse(backfill).toInstant());
        } catch (DateTimeException e) {
            throw new ProblemException(invalid(List.of(new Flaw(
                    "/backfill",
                    "must be true, or the time of the first event to count such as 2026-01-31T12:00:00Z"))));
        }
    }

    @GET
    @RequiresScope("usage:read")
    public Uni<List<MeterView>> list() {
        return meters.all(caller.tenant())
                .map(all -> all.stream().map(MeterView::of).toList());
    }

    @GET
    @Path("{meter}")
    @RequiresScope("usage:read")
    public Uni<MeterView> get(@RestPath String meter) {
        return meters.find(caller.tenant(), meter)
                .map(found -> MeterView.of(found.orElseThrow(MetersResource::unknown)));
    }

    /** What it counts cannot be changed, or its series would mean two things; what it groups by can, from now on. */
    @PUT
    @Path("{meter}")
    @RequiresScope("meters:write")
    public Uni<MeterView> change(@RestPath String meter, @Valid @NotNull MeterBody body) {
        var tenant = caller.tenant();
        return meters.find(tenant, meter)
                .map(found -> changed(found.orElseThrow(MetersResource::unknown), body))
                .chain(draft -> meters.change(
                        tenant, meter, or(body.name(), draft.slug()), or(body.description(), ""), draft.groupBy()))
                .map(changed -> MeterView.of(changed.orElseThrow(MetersResource::unknown)));
    }

    @DELETE
    @Path("{meter}")
    @RequiresScope("meters:write")
    public Uni<Void> delete(@RestPath String meter) {
        return meters.delete(caller.tenant(), meter)
                .chain(was ->
                        was ? Uni.createFrom().voidItem() : Uni.createFrom().failure(MetersResource::unknown));
    }

    private static MeterDraft changed(Meters.Stored stored, MeterBody body) {
        var old = stored.draft();
        var flaws = new ArrayList<Flaw>();
        unchanged(flaws, "/slug", body.slug(), old.slug());
        unchanged(flaws, "/aggregation", body.aggregation(), old.aggregation());
        unchanged(flaws, "/eventType", body.eventType(), old.eventType());
        unchanged(flaws, "/valueProperty", body.valueProperty(), old.valueProperty());
        unchanged(flaws, "/windowSize", body.windowSize(), old.windowSize());
        if (!flaws.isEmpty()) {
            throw new ProblemException(invalid(flaws));
        }
        var draft = new MeterDraft(
                old.slug(),
                old.aggregation(),
                old.eventType(),
                old.valueProperty(),
                body.dimensions(),
                old.windowSize());
        valid(draft);
        return draft;
    }

    private static void unchanged(List<Flaw> flaws, String pointer, String asked, String is) {
        if (asked != null && !asked.equals(is)) {
            flaws.add(new Flaw(pointer, "cannot be changed; create another meter"));
        }
    }

    private static Meter valid(MeterDraft draft) {
        return switch (draft.check()) {
            case MeterDraft.Valid(var meter) -> meter;
            case MeterDraft.Invalid(var flaws) -> throw new ProblemException(invalid(flaws));
        };
    }

    private static Problem invalid(List<Flaw> flaws) {
        return Problem.of("invalid-meter", "Meter not valid", 400, "Correct the fields listed and send it again.")
                .with(flaws.stream()
                        .map(flaw -> new FieldError(flaw.pointer(), flaw.rule()))
                        .toList());
    }

    private static Problem problem(NotCreated reason) {
        return switch (reason) {
            case SLUG_TAKEN ->
                Problem.of("meter-exists", "Slug taken", 409, "A meter of this slug exists; choose another slug.");
            case SLUG_USED ->
                Problem.of(
                        "meter-exists",
                        "Slug taken",
                        409,
                        "A deleted meter of this slug counted something else, and its totals stay; choose another slug, "
                                + "or its aggregation, eventType, valueProperty and windowSize.");
            case TOO_MANY ->
                Problem.of("too-many-meters", "Too many meters", 409, "Delete one; " + Meters.MOST + " are the most.");
        };
    }

    private static ProblemException unknown() {
        return new ProblemException(
                Problem.of("unknown-meter", "No such meter", 404, "Check the meter's slug or id; GET /api/v1/meters."));
    }

    private static String or(String text, String otherwise) {
        return text == null ? otherwise : text;
    }

    /** A meter as it is sent. What is absent is null. */
    record MeterBody(
            @Size(max = 64) String slug,
            @Size(max = 256) String name,
            @Size(max = 1024) String description,
            @Size(max = 32) String aggregation,
            @Size(max = 256) String eventType,
            @Size(max = 256) String valueProperty,
            @Size(max = 16) String windowSize,
            @Size(max = 64) String backfill,
            @Size(max = 8) Map<@Size(max = 64) String, @NotNull @Size(max = 256) String> groupBy) {

        Map<String, String> dimensions() {
            return groupBy == null ? Map.of() : groupBy;
        }
    }

    /** A meter as it is answered, with the members that OpenMeter's clients look for. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record MeterView(
            String id,
            String slug,
            String name,
            String description,
            String aggregation,
            String eventType,
            String valueProperty,
            String windowSize,
            Map<String, String> groupBy,
            Instant createdAt,
            Instant updatedAt) {

        static MeterView of(Meters.Stored meter) {
            var draft = meter.draft();
            return new MeterView(
                    meter.id(),
                    draft.slug(),
                    meter.name(),
                    meter.description(),
                    draft.aggregation(),
                    draft.eventType(),
                    draft.valueProperty().isEmpty() ? null : draft.valueProperty(),
                    draft.windowSize(),
                    draft.groupBy(),
                    meter.createdAt(),
                    meter.updatedAt());
        }
    }
}
