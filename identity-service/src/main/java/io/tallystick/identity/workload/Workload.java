package io.tallystick.identity.workload;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A program that may act as one of a tenant's identities.
 *
 * @param platform name of the platform that vouches for it
 * @param subject what the platform calls it
 * @param did the identity, whose roles it has
 */
record Workload(String tenant, String platform, String subject, String did, Instant linkedAt) {
    Workload {
        requireNonNull(tenant, "tenant");
        requireNonNull(platform, "platform");
        requireNonNull(subject, "subject");
        requireNonNull(did, "did");
        requireNonNull(linkedAt, "linkedAt");
    }

    boolean says(Workload other) {
        return did.equals(other.did);
    }
}
