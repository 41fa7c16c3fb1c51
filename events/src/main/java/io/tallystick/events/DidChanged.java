package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;

/**
 * A DID was given roles with a tenant, or lost them. Travels signed.
 *
 * @param did the DID
 * @param tenant the tenant it acts for
 * @param kind provider, client, agent or service
 * @param roles what it may do there; empty once revoked
 * @param revoked whether its access tokens are refused, those already issued too
 * @param since when it came to this
 * @param revision rises over all events of identity-service; a reader ignores what is not above what it applied
 */
public record DidChanged(
        String did, String tenant, String kind, List<String> roles, boolean revoked, Instant since, long revision)
        implements DomainEvent {

    public DidChanged {
        requireNonNull(did, "did");
        requireNonNull(tenant, "tenant");
        requireNonNull(kind, "kind");
        requireNonNull(since, "since");
        roles = List.copyOf(roles);
        if (revision < 1) {
            throw new IllegalArgumentException("revision below one: " + revision);
        }
    }

    @Override
    public String key() {
        return DomainEvent.keyOf(tenant, did);
    }
}
