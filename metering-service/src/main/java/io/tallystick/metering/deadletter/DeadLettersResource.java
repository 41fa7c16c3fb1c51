package io.tallystick.metering.deadletter;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.deadletter.DeadLetters.DeadLetter;
import io.tallystick.metering.deadletter.DeadLetters.Told;
import io.tallystick.metering.deadletter.Handling.Choice;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** The tenant's dead letters, newest first, in pages; sending them again, and putting them away. */
@Path("/v1/dead-letters")
@RequiresScope("usage:read")
class DeadLettersResource {
    private static final String HANDLING = "letters:write";

    private final DeadLetters letters;
    private final Handling handling;
    private final Caller caller;

    DeadLettersResource(DeadLetters letters, Handling handling, Caller caller) {
        this.letters = letters;
        this.handling = handling;
        this.caller = caller;
    }

    /** @param before the {@code next} of the page before */
    @GET
    public Uni<Page> list(
            @RestQuery @DefaultValue("9223372036854775807") @Min(1) long before,
            @RestQuery @DefaultValue("100") @Min(1) @Max(1000) int limit,
            @RestQuery @DefaultValue("") @Pattern(regexp = "[a-z_]{0,32}") String reason,
            @RestQuery @DefaultValue("") @Pattern(regexp = "[a-z]{0,16}") String state) {
        return letters.page(caller.tenant(), reason, state, before, limit).map(Page::of);
    }

    @GET
    @Path("/{id}")
    public Uni<Told> get(@RestPath long id) {
        return told(caller.tenant(), id);
    }

    /** Sends one again. Asked for again it answers where the letter stands, and sends nothing. */
    @POST
    @Path("/{id}/replay")
    @RequiresScope(HANDLING)
    @ResponseStatus(202)
    public Uni<Told> replay(@RestPath long id) {
        var tenant = caller.tenant();
        return handling.replay(Choice.of(tenant, id), caller.did())
                .chain(sent -> told(tenant, id).invoke(told -> {
                    if (sent.isEmpty()) {
                        requireReplayed(told.letter());
                    }
                }));
    }

    /** Sends those again that the filter names and that can be, oldest first, at most {@code limit}. */
    @POST
    @Path("/replay")
    @RequiresScope(HANDLING)
    @Consumes(MediaType.APPLICATION_JSON)
    @ResponseStatus(202)
    public Uni<Replayed> replayAll(@Valid @NotNull Filter filter) {
        var limit = filter.limit() == null ? Filter.LIMIT : filter.limit();
        var choice = new Choice(
                caller.tenant(),
                0,
                filter.reason() == null ? "" : filter.reason(),
                filter.source() == null ? "" : filter.source(),
                filter.after() == null ? 0 : filter.after(),
                limit);
        return handling.replay(choice, caller.did())
                .map(sent -> new Replayed(sent.size(), sent, sent.isEmpty() ? null : sent.getLast()));
    }

    @POST
    @Path("/{id}/discard")
    @RequiresScope(HANDLING)
    @Consumes(MediaType.APPLICATION_JSON)
    public Uni<Told> discard(@RestPath long id, @Valid @NotNull Discard body) {
        var tenant = caller.tenant();
        return handling.discard(tenant, id, body.reason(), caller.did())
                .chain(_ -> told(tenant, id).invoke(told -> {
                    if (!told.letter().state().equals("discarded")) {
                        throw settled("The letter is " + told.letter().state()
                                + ": only one that is open or failed again can be discarded.");
                    }
                }));
    }

    private Uni<Told> told(String tenant, long id) {
        return letters.one(tenant, id)
                .map(found -> found.orElseThrow(() -> new ProblemException(
                        Problem.of("not-found", "Not found", 404, "There is no dead letter of this number."))));
    }

    private static void requireReplayed(DeadLetter letter) {
        switch (letter.state()) {
            case "replaying", "counted", "duplicate" -> {}
            case "discarded" -> throw settled("The letter was discarded.");
            default ->
                throw settled("A letter of the reason " + letter.reason() + " would come out alike: "
                        + switch (letter.reason()) {
                            case "conflict" -> "send the event under an id of its own.";
                            case "too_old" -> "bring the event in by an import.";
                            default -> "send what is right anew.";
                        });
        }
    }

    private static ProblemException settled(String detail) {
        return new ProblemException(Problem.of("dead-letter-settled", "Not for this dead letter", 409, detail));
    }

    /**
     * An absent member means any.
     *
     * @param after letters above this number: the {@code next} of the answer before
     */
    record Filter(
            @Pattern(regexp = "[a-z_]{1,32}") String reason,
            @Size(min = 1, max = 1024) String source,
            @Min(0) Long after,
            @Min(1) @Max(500) Integer limit) {
        private static final int LIMIT = 100;
    }

    record Discard(@NotBlank @Size(max = 1024) String reason) {}

    /**
     * What Kafka has now.
     *
     * @param letters their numbers
     * @param next {@code after} for those that follow; absent when none was sent
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Replayed(int replayed, List<Long> letters, Long next) {}

    /** @param next {@code before} of the next page; absent on the last */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(List<DeadLetter> deadLetters, Long next) {
        static Page of(DeadLetters.Page page) {
            return new Page(
                    page.letters(), page.more() ? page.letters().getLast().id() : null);
        }
    }
}
