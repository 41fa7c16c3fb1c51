package io.tallystick.identity.did.issued;

import io.tallystick.identity.did.webvh.WebvhDid;
import java.time.Instant;
import java.util.List;

/**
 * A DID that a tenant was given.
 *
 * @param name names it within the tenant and in its path; never changes
 * @param version number of its newest version
 * @param deactivatedAt when it ended; {@link #NEVER} as long as it did not
 */
record IssuedDid(String tenant, String name, WebvhDid did, int version, Instant createdAt, Instant deactivatedAt) {
    static final Instant NEVER = Instant.MAX;

    /** What a name looks like: a DNS label in lower case. */
    static final String NAME = "[a-z0-9](?:[a-z0-9-]{0,62})";

    /** The first part of the path of every DID's files. */
    static final String FOLDER = "dids";

    boolean deactivated() {
        return !deactivatedAt.equals(NEVER);
    }

    /** The parts of the path at which its files lie. */
    static List<String> path(String tenant, String name) {
        return List.of(FOLDER, tenant, name);
    }
}
