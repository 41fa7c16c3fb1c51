package io.tallystick.identity.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.grant.SpendGrant;
import io.tallystick.identity.key.SigningKeys;
import io.tallystick.kit.access.AccessConfig;
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
     * @param audience the one service that it is for
     * @param ownOnly whether it reads what is the caller's own only
     */
    record Grant(String tenant, String did, String audience, List<String> scopes, boolean ownOnly) {
        Grant {
            scopes = List.copyOf(scopes);
        }
    }

    /**
     * What an access token is to say of an agent that spends for a client.
     *
     * @param grant what is spent; no access token of it lives longer than it
     * @param client whose money it is
     */
    record Spending(SpendGrant grant, String tenant, String client, String audience, List<String> scopes) {
        Spending {
            scopes = List.copyOf(scopes);
        }
    }

    /** @param lifetimeSeconds how long it lives */
    record Issued(String token, int lifetimeSeconds, List<String> scopes) {}

    Uni<Issued> issue(Grant grant, Instant now) {
        var claims = claims(grant.did(), grant.did(), grant.audience(), grant.tenant(), grant.scopes());
        if (grant.ownOnly()) {
            claims.put("own", true);
        }
        return issued(claims, grant.scopes(), lifetimeSeconds, now);
    }

    /** RFC 8693's {@code act} names the agent, RFC 7800's {@code cnf} the key without which it is worth nothing. */
    Uni<Issued> issue(Spending spending, Instant now) {
        var grant = spending.grant();
        var agent = grant.agent();
        var claims = claims(spending.client(), agent.did(), spending.audience(), spending.tenant(), spending.scopes());
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

    private Uni<Issued> issued(ObjectNode claims, List<String> scopes, int seconds, Instant now) {
        var issued = now.getEpochSecond();
        claims.put("iat", issued).put("exp", issued + seconds);
        return keys.signAccessToken(claims.toString().getBytes(UTF_8), now)
                .map(token -> new Issued(token, seconds, scopes));
    }
}
