package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.time.Instant;
import java.util.List;

/**
 * A spend grant holds, or holds no longer: its client lets an agent spend within limits. Travels signed.
 *
 * @param tenant the tenant that it is good with
 * @param jti its name there
 * @param digest SHA-256 of the text that its issuer signed, in base64url
 * @param parent the jti of the grant that it hangs below, without which it holds nothing; empty for a client's own
 * @param client the DID whose money is spent
 * @param issuer the DID that signed it
 * @param agent who may spend
 * @param limits how far it goes; it ends by them without another event
 * @param revoked whether it was revoked, for good
 * @param since when it came to this
 * @param revision rises over all events of identity-service; a reader ignores what is not above what it applied
 */
public record GrantChanged(
        String tenant,
        String jti,
        String digest,
        String parent,
        String client,
        String issuer,
        Agent agent,
        Limits limits,
        boolean revoked,
        Instant since,
        long revision)
        implements DomainEvent {

    /**
     * Who may spend.
     *
     * @param did its DID
     * @param key the JWK thumbprint (RFC 7638) of the key by which it proves itself
     */
    public record Agent(String did, String key) {
        public Agent {
            requireNonNull(did, "did");
            requireNonNull(key, "key");
        }
    }

    /**
     * How far a grant goes. What was spent is not in it.
     *
     * @param asset what is spent, a CAIP-19 name
     * @param budgetUnits token units that may be spent in all, by those below it too
     * @param capUnits token units that one call may cost at most
     * @param payees who may be paid: tenants by their ids, accounts by their CAIP-10 names in lower case
     * @param models which models may be called; {@code *} alone for any
     * @param depth how often it may be passed on
     * @param notBefore when it begins to hold, included
     * @param expiresAt when it ends, not included
     */
    public record Limits(
            String asset,
            BigInteger budgetUnits,
            BigInteger capUnits,
            List<String> payees,
            List<String> models,
            int depth,
            Instant notBefore,
            Instant expiresAt) {
        public Limits {
            requireNonNull(asset, "asset");
            requireNonNull(notBefore, "notBefore");
            requireNonNull(expiresAt, "expiresAt");
            payees = List.copyOf(payees);
            models = List.copyOf(models);
            if (capUnits.signum() <= 0 || capUnits.compareTo(budgetUnits) > 0) {
                throw new IllegalArgumentException("cap above budget, or not above zero: " + capUnits);
            }
        }
    }

    public GrantChanged {
        requireNonNull(tenant, "tenant");
        requireNonNull(jti, "jti");
        requireNonNull(digest, "digest");
        requireNonNull(parent, "parent");
        requireNonNull(client, "client");
        requireNonNull(issuer, "issuer");
        requireNonNull(agent, "agent");
        requireNonNull(limits, "limits");
        requireNonNull(since, "since");
        if (revision < 1) {
            throw new IllegalArgumentException("revision below one: " + revision);
        }
    }

    @Override
    public String key() {
        return DomainEvent.keyOf(tenant, jti);
    }
}
