package io.tallystick.kit.access;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
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
 * @param key thumbprint (RFC 7638) of the key that it is bound to; a caller with it has proved that key
 * @param spending of an access token for a spend grant: whose it is, {@code did} says
 */
public record AccessToken(
        String tenant,
        String did,
        Set<String> scopes,
        boolean ownOnly,
        String id,
        Instant expiresAt,
        Optional<String> key,
        Optional<Spending> spending) {

    /** No access token lives longer, so nothing about one has to be remembered longer. */
    public static final long MAX_LIFETIME_SECONDS = 300;

    /**
     * What an agent spends for its client.
     *
     * @param agent the DID of who calls
     * @param grant the jti of the spend grant
     */
    public record Spending(String agent, String grant) {
        public Spending {
            requireNonNull(agent, "agent");
            requireNonNull(grant, "grant");
        }
    }

    public AccessToken {
        requireNonNull(tenant, "tenant");
        requireNonNull(did, "did");
        requireNonNull(id, "id");
        requireNonNull(expiresAt, "expiresAt");
        requireNonNull(key, "key");
        requireNonNull(spending, "spending");
        scopes = Set.copyOf(scopes);
    }
}
