package io.tallystick.identity.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.grant.SpendGrant;
import io.tallystick.identity.key.SigningKeys;
import io.tallystick.kit.access.AccessConfig;
import io.tallystick.kit.access.AccessTokenVerifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Issues access tokens (RFC 9068) that services verify without asking. */
@ApplicationScoped
class AccessTokens {
    private final SigningKeys keys;
    private final ObjectMapper json;
    private final String issuer;
    private final int lifetimeSeconds;

    AccessTokens(SigningKeys keys, ObjectMapper json, AccessConfig access, TokenConfig config) {
        this.keys = keys;
        this.json = json;
        this.issuer = access.issuer();
        this.lifetimeSeconds = config.lifetimeSeconds();
    }

    /**
     * What an access token is to say.
     *
     * @param tenant whom the caller acts for
     * @param version the DID's version, with which the access token ends; empty for a DID that never changes
     * @param audience the one service that it is for
     * @param ownOnly whether it reads what is the caller's own only
     */
    record Grant(String tenant, String did, String version, String audience, List<String> scopes, boolean ownOnly) {
        Grant {
            scopes = List.copyOf(scopes);
        }
    }

    /**
     * What an access token is to say of an agent that spends for a client.
     *
     * @param grant what is spent; no access token of it lives longer than it
     * @param client whose money it is
     * @param version the client's version, with which the access token ends; empty for a DID that never changes
     */
    record Spending(
            SpendGrant grant, String tenant, String client, String version, String audience, List<String> scopes) {
        Spending {
            scopes = List.copyOf(scopes);
        }
    }

    /** @param lifetimeSeconds how long it lives */
    record Issued(String token, int lifetimeSeconds, List<String> scopes) {}

    /** @param key thumbprint of the key that it is bound to; empty if who bears it may use it */
    Uni<Issued> issue(Grant grant, String key, Instant now) {
        var claims = claims(grant.did(), grant.did(), grant.audience(), grant.tenant(), grant.scopes());
        putVersion(claims, grant.version());
        if (grant.ownOnly()) {
            claims.put("own", true);
        }
        if (!key.isEmpty()) {
            claims.putObject("cnf").put("jkt", key);
        }
        return issued(claims, grant.scopes(), lifetimeSeconds, now);
    }

    /** RFC 8693's {@code act} names the agent, RFC 7800's {@code cnf} the key without which it is worth nothing. */
    Uni<Issued> issue(Spending spending, Instant now) {
        var grant = spending.grant();
        var agent = grant.agent();
        var claims = claims(spending.client(), agent.did(), spending.audience(), spending.tenant(), spending.scopes());
        putVersion(claims, spending.version());
        claims.put("own", true).put("grant", grant.jti());
        claims.putObject("act").put("sub", agent.did());
        claims.putObject("cnf").put("jkt", agent.key());
        var left = Duration.between(now, grant.limits().expiresAt()).toSeconds();
        return issued(claims, spending.scopes(), (int) Math.min(lifetimeSeconds, left), now);
    }

    private ObjectNode claims(String subject, String caller, String audience, String tenant, List<String> scopes) {
        return json.createObjectNode()
                .put("iss", issuer)
                .put("sub", subject)
                .put("aud", audience)
                .put("client_id", caller)
                .put("tenant", tenant)
                .put("scope", String.join(" ", scopes))
                .put("jti", UUID.randomUUID().toString());
    }

    private static void putVersion(ObjectNode claims, String version) {
        if (!version.isEmpty()) {
            claims.put(AccessTokenVerifier.DID_VERSION, version);
        }
    }

    private Uni<Issued> issued(ObjectNode claims, List<String> scopes, int seconds, Instant now) {
        var issued = now.getEpochSecond();
        claims.put("iat", issued).put("exp", issued + seconds);
        return keys.signAccessToken(claims.toString().getBytes(UTF_8), now)
                .map(token -> new Issued(token, seconds, scopes));
    }
}
