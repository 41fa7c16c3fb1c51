package io.tallystick.metering.usage.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.Problem.FieldError;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.usage.UsageEntry;
import io.tallystick.metering.usage.UsageLog;
import io.tallystick.metering.usage.event.VoidRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.resteasy.reactive.ResponseStatus;

/**
 * Takes an event back. The request goes the way of the events, through the log; it may be repeated, and it may come
 * before its event.
 */
@Path("/v1/voids")
class VoidsResource {
    private static final String SUBJECT = "voids";

    private final UsageLog log;
    private final ObjectMapper json;
    private final Caller caller;

    VoidsResource(UsageLog log, ObjectMapper json, Caller caller) {
        this.log = log;
        this.json = json;
        this.caller = caller;
    }

    @POST
    @RequiresScope("usage:write")
    @Consumes(MediaType.APPLICATION_JSON)
    @ResponseStatus(202)
    public Uni<Asked> post(@Valid @NotNull VoidBody body) {
        var reason = body.reason() == null ? "" : body.reason();
        var revision = body.revision() == null ? 0 : body.revision();
        var data = Map.of("source", body.source(), "id", body.id(), "revision", revision, "reason", reason);
        if (VoidRequest.of(data).isEmpty()) {
            throw new ProblemException(Problem.of("invalid-void", "Void not valid", 400, "See the field listed.")
                    .with(List.of(new FieldError("/source", VoidRequest.RULE))));
        }
        var event = json.createObjectNode()
                .put("specversion", "1.0")
                .put("id", UUID.randomUUID().toString())
                .put("source", "/v1/voids")
                .put("type", VoidRequest.EVENT_TYPE)
                .put("subject", SUBJECT);
        event.set("data", json.valueToTree(data));
        var bytes = event.toString().getBytes(StandardCharsets.UTF_8);
        var entry = UsageEntry.ofAccount(caller.tenant(), SUBJECT, caller.did(), bytes);
        return Uni.createFrom().completionStage(() -> log.append(entry)).map(_ -> new Asked(body.source(), body.id()));
    }

    /**
     * @param source, id of the event to take back
     * @param revision of an amended event, the amendment to take back; the event as it was first sent if absent
     */
    record VoidBody(
            @NotBlank @Size(max = 1024) String source,
            @NotBlank @Size(max = 256) String id,
            @Min(0) @Max(1000) Integer revision,
            @Size(max = 1024) String reason) {}

    /** Kafka has the request. */
    record Asked(String source, String id) {}
}
