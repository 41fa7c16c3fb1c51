package io.tallystick.identity.grant;

import io.tallystick.identity.EcTestKey;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.did.DidResolver;
import io.tallystick.identity.did.KeyType;
import io.tallystick.identity.did.Resolution.Resolved;
import io.tallystick.identity.grant.SpendGrant.Origin;
import io.tallystick.identity.grant.SpendGrant.Parent;
import io.tallystick.identity.grant.SpendGrant.Root;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Writes spend grants as a client does: by hand, so that a test can write a wrong one. */
public record GrantMaker(String tenant, Instant now) {
    static final String ASSET = "eip155:84532/erc20:0x036cbd53842c5426634e7929541ec2318f3dcf7e";
    static final String HEADER = "{\"alg\":\"EdDSA\",\"typ\":\"spend-grant+jwt\"}";

    static String jti() {
        return UUID.randomUUID().toString();
    }

    static String keyOf(String did) {
        return ((Resolved) new DidResolver().resolve(did))
                .authentication()
                .getFirst()
                .thumbprint();
    }

    /** A right grant of a million units from {@code issuer} to {@code agent}, for an hour. */
    String claims(String issuer, String agent, String jti) {
        var seconds = now.getEpochSecond();
        return """
                {"iss":"%s","sub":"%s","aud":"%s/v1/tenants/%s","jti":"%s","iat":%d,"nbf":%d,"exp":%d,\
                "cnf":{"jkt":"%s"},"asset":"%s","budget":"1000000","cap":"5000","payees":["%s"],"models":["*"],\
                "depth":3}""".formatted(
                        issuer,
                        agent,
                        IdentityStack.ISSUER,
                        tenant,
                        jti,
                        seconds,
                        seconds,
                        seconds + Duration.ofHours(1).toSeconds(),
                        keyOf(agent),
                        ASSET,
                        tenant);
    }

    public String root(TestClient issuer, TestClient agent) {
        return signed(issuer, claims(issuer.did(), agent.did(), jti()));
    }

    /** A right child of {@code parent}, one level deeper and otherwise the same. */
    String child(String parent, TestClient issuer, TestClient agent) {
        return signed(issuer, childClaims(parent, issuer.did(), agent.did()));
    }

    String childClaims(String parent, String issuer, String agent) {
        var above = read(parent);
        return claims(issuer, agent, jti())
                .replace(
                        "\"depth\":3",
                        "\"depth\":%d,\"parent\":{\"jti\":\"%s\",\"digest\":\"%s\"}"
                                .formatted(above.limits().depth() - 1, above.jti(), above.digest()));
    }

    static SpendGrant read(String text) {
        return GrantVerifier.read(text);
    }

    static String signed(TestClient issuer, String claims) {
        return signed(issuer, HEADER, claims);
    }

    static String signed(TestClient issuer, String header, String claims) {
        return issuer.key().compactJws(header, claims.getBytes(StandardCharsets.UTF_8));
    }

    static String signed(EcTestKey issuer, KeyType type, String claims) {
        return issuer.jws("{\"alg\":\"" + type.algorithm() + "\",\"typ\":\"spend-grant+jwt\"}", claims);
    }

    static Origin parent(SpendGrant of) {
        return new Parent(of.jti(), of.digest());
    }

    static Origin none() {
        return new Root();
    }
}
