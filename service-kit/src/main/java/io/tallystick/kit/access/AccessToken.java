package io.tallystick.kit.access;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Set;

/**
 * What a verified access token says. Only {@link AccessTokenVerifier} has a reason to make one.
 *
 * @param tenant whom the caller acts for
 * @param did who calls
 * @param scopes what the caller may do
 * @param ownOnly whether it reads only what is its own: where {@code did} is the subject
 * @param id the access token's {@code jti}
 * @param expiresAt when it ends
 */
public record AccessToken(
        String tenant, String did, Set<String> scopes, boolean ownOnly, String id, Instant expiresAt) {

    /** No access token lives longer, so nothing about one has to be remembered longer. */
    public static final long MAX_LIFETIME_SECONDS = 300;

    public AccessToken {
        requireNonNull(tenant, "tenant");
        requireNonNull(did, "did");
        requireNonNull(id, "id");
        requireNonNull(expiresAt, "expiresAt");
        scopes = Set.copyOf(scopes);
    }
}
