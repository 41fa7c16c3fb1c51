package io.tallystick.identity.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * One change.
 *
 * @param seq the tenant's entries are numbered without a gap
 * @param action the kind of thing and what became of it, such as {@code identity.created}
 * @param subject the thing: its DID, id or jti
 * @param before what it was, without secrets; absent if it was created
 * @param after what it is now; absent if it was removed
 * @param trace where in a trace; empty if in none that is kept
 * @param previous the hash of the entry before; empty for the first
 * @param hash of all of this entry, {@code previous} included
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record AuditEntry(
        String tenant,
        long seq,
        Instant at,
        String action,
        String subject,
        Actor actor,
        JsonNode before,
        JsonNode after,
        String trace,
        String previous,
        String hash) {

    /**
     * Who did it.
     *
     * @param tenant whom it acted for
     * @param did empty if somebody changed the database by hand
     * @param apiKey the id of the API key that it came with; empty if it came with an access token
     */
    record Actor(String tenant, String did, String apiKey) {}
}
