package io.tallystick.metering.deadletter;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.metering.deadletter.DeadLetters.DeadLetter;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import org.jboss.resteasy.reactive.RestQuery;

/** The tenant's dead letters, newest first, in pages. */
@Path("/v1/dead-letters")
@RequiresScope("usage:read")
class DeadLettersResource {
    private final DeadLetters letters;
    private final Caller caller;

    DeadLettersResource(DeadLetters letters, Caller caller) {
        this.letters = letters;
        this.caller = caller;
    }

    /** @param before the {@code next} of the page before */
    @GET
    public Uni<Page> list(
            @RestQuery @DefaultValue("9223372036854775807") @Min(1) long before,
            @RestQuery @DefaultValue("100") @Min(1) @Max(1000) int limit,
            @RestQuery @DefaultValue("") @Pattern(regexp = "[a-z_]{0,32}") String reason) {
        return letters.page(caller.tenant(), reason, before, limit).map(Page::of);
    }

    /** @param next {@code before} of the next page; absent on the last */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(List<DeadLetter> deadLetters, Long next) {
        static Page of(DeadLetters.Page page) {
            return new Page(
                    page.letters(), page.more() ? page.letters().getLast().id() : null);
        }
    }
}
