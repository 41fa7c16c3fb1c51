package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A DID was given roles with a tenant, or lost them, or has a new version there. Travels signed.
 *
 * @param did the DID
 * @param tenant the tenant it acts for
 * @param kind provider, client, agent or service
 * @param roles what it may do there; empty once revoked
 * @param revoked whether its access tokens are refused, those already issued too
 * @param since when it came to this
 * @param revision rises over all events of identity-service; a reader ignores what is not above what it applied
 * @param version of a did:webvh that changed: its new version id; access tokens of an older one are refused. Empty
 *     if this says nothing of it
 */
public record DidChanged(
        String did,
        String tenant,
        String kind,
        List<String> roles,
        boolean revoked,
        Instant since,
        long revision,
        String version)
        implements DomainEvent {

    private static final Pattern VERSION = Pattern.compile("(?:[1-9][0-9]{0,8}-[1-9A-HJ-NP-Za-km-z]{46})?");

    /** Says nothing of a version. */
    public DidChanged(
            String did, String tenant, String kind, List<String> roles, boolean revoked, Instant since, long revision) {
        this(did, tenant, kind, roles, revoked, since, revision, "");
    }

    public DidChanged {
        requireNonNull(did, "did");
        requireNonNull(tenant, "tenant");
        requireNonNull(kind, "kind");
        requireNonNull(since, "since");
        roles = List.copyOf(roles);
        // An identity-service of the version before says nothing of versions, and is understood during a roll-out.
        version = version == null ? "" : version;
        if (!VERSION.matcher(version).matches()) {
            throw new IllegalArgumentException("not a versionId of did:webvh: " + version);
        }
        if (revision < 1) {
            throw new IllegalArgumentException("revision below one: " + revision);
        }
    }

    @Override
    public String key() {
        return DomainEvent.keyOf(tenant, did);
    }
}
