package io.tallystick.kit.access;

import static java.util.Objects.requireNonNull;

import io.tallystick.kit.access.apikey.UsedKey;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What a verified access token says, or an API key in its place. Only {@link AccessTokenVerifier} and {@link AccessCheck}
 * have a reason to make one.
 *
 * @param tenant whom the caller acts for
 * @param did who calls
 * @param scopes what the caller may do
 * @param ownOnly whether it reads only what is its own: where {@code did} is the subject
 * @param id the access token's {@code jti}, or the API key's id
 * @param expiresAt when it ends
 * @param key thumbprint (RFC 7638) of the key that it is bound to; a caller with it has proved that key
 * @param spending of an access token for a spend grant: whose it is, {@code did} says
 * @param apiKey the API key that came in the place of an access token
 */
public record AccessToken(
        String tenant,
        String did,
        Set<String> scopes,
        boolean ownOnly,
        String id,
        Instant expiresAt,
        Optional<String> key,
        Optional<Spending> spending,
        Optional<UsedKey> apiKey) {

    /** No access token lives longer, so nothing about one has to be remembered longer. */
    public static final long MAX_LIFETIME_SECONDS = 300;

    /** What came as an access token that is bound to no key and spends no grant. */
    public AccessToken(String tenant, String did, Set<String> scopes, boolean ownOnly, String id, Instant expiresAt) {
        this(tenant, did, scopes, ownOnly, id, expiresAt, Optional.empty(), Optional.empty(), Optional.empty());
    }

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
        requireNonNull(apiKey, "apiKey");
        scopes = Set.copyOf(scopes);
    }
}
