package io.tallystick.identity.actor;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.arc.Arc;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.apikey.UsedKey;
import io.tallystick.kit.outbox.TraceParent;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Transactions that change something. Each begins by saying who acts; the database writes that into the audit log beside
 * what is changed, in the same transaction.
 */
@ApplicationScoped
public class Transactions {
    /** What the audit log names as actor where this service does something by itself. */
    public static final String ITSELF = "identity-service";

    private static final String INSTALLATION = "installation";

    private final Mutiny.SessionFactory sessions;
    private final Caller caller;
    private final ObjectMapper json;

    Transactions(Mutiny.SessionFactory sessions, Caller caller, ObjectMapper json) {
        this.sessions = sessions;
        this.caller = caller;
        this.json = json;
    }

    /** Runs {@code work} in a transaction on behalf of the caller of the request that is answered, if there is one. */
    public <T> Uni<T> run(Function<Mutiny.Session, Uni<T>> work) {
        var actor = actor();
        // Only until the transaction ends, so that the connection's next user is somebody else.
        return sessions.withTransaction(session -> session.createNativeQuery(
                        "select set_config('tallystick.actor', :actor, true)", String.class)
                .setParameter("actor", actor)
                .getSingleResult()
                .chain(() -> work.apply(session)));
    }

    private String actor() {
        var known = Arc.container().requestContext().isActive() && caller.isKnown();
        return json.createObjectNode()
                .put("tenant", known ? caller.tenant() : INSTALLATION)
                .put("did", known ? caller.did() : ITSELF)
                .put("key", known ? caller.apiKey().map(UsedKey::id).orElse("") : "")
                .put("trace", TraceParent.current())
                .toString();
    }
}
