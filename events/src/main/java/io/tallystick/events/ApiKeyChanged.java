package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An API key holds, or holds no longer. Travels signed, and never says the key: only its hash.
 *
 * @param id names the key; it is part of the key's text and no secret
 * @param tenant whom its bearer acts for
 * @param did the identity that its bearer acts as
 * @param hash SHA-256 of the key's text, in base64url
 * @param scopes what its bearer may do, by service
 * @param own whether it reads only what is its own: where {@code did} is the subject
 * @param models which models may be called; {@code *} alone for any
 * @param requestsPerMinute how often it may be used, at each instance of each service
 * @param tokensPerMinute how many tokens of models its calls may use
 * @param expiresAt when it ends, not included
 * @param revoked whether it was revoked, for good
 * @param since when it came to this
 * @param until how long this may be believed; a key that goes on is told again before
 * @param revision rises over all events of identity-service; a reader ignores what is not above what it applied
 */
public record ApiKeyChanged(
        String id,
        String tenant,
        String did,
        String hash,
        Map<String, List<String>> scopes,
        boolean own,
        List<String> models,
        int requestsPerMinute,
        long tokensPerMinute,
        Instant expiresAt,
        boolean revoked,
        Instant since,
        Instant until,
        long revision)
        implements DomainEvent {

    public ApiKeyChanged {
        requireNonNull(id, "id");
        requireNonNull(tenant, "tenant");
        requireNonNull(did, "did");
        requireNonNull(hash, "hash");
        requireNonNull(expiresAt, "expiresAt");
        requireNonNull(since, "since");
        requireNonNull(until, "until");
        models = List.copyOf(models);
        var copied = new HashMap<String, List<String>>();
        scopes.forEach((service, allowed) -> copied.put(service, List.copyOf(allowed)));
        scopes = Map.copyOf(copied);
        if (requestsPerMinute < 1 || tokensPerMinute < 1 || revision < 1) {
            throw new IllegalArgumentException("a limit or the revision below one: " + requestsPerMinute + ", "
                    + tokensPerMinute + ", " + revision);
        }
    }

    @Override
    public String key() {
        return DomainEvent.keyOf(tenant, id);
    }
}
