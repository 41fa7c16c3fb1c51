package io.tallystick.identity.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystick.identity.key.SigningKeys;
import io.tallystick.kit.access.AccessConfig;
import jakarta.enterprise.context.ApplicationScoped;
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

    String issue(Grant grant, Instant now) {
        var issued = now.getEpochSecond();
        var claims = json.createObjectNode()
                .put("iss", issuer)
                .put("sub", grant.did())
                .put("aud", grant.audience())
                .put("client_id", grant.did())
                .put("tenant", grant.tenant())
                .put("scope", String.join(" ", grant.scopes()))
                .put("iat", issued)
                .put("exp", issued + lifetimeSeconds)
                .put("jti", UUID.randomUUID().toString());
        if (grant.ownOnly()) {
            claims.put("own", true);
        }
        return keys.signAccessToken(claims.toString().getBytes(UTF_8), now);
    }

    int lifetimeSeconds() {
        return lifetimeSeconds;
    }
}
