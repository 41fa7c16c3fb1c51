package io.tallystick.identity.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.identity.workload.PlatformMaker.Configured;
import io.tallystick.identity.workload.PlatformMaker.MadeKey;
import io.tallystick.identity.workload.WorkloadConfig.PlatformConfig;
import io.tallystick.identity.workload.WorkloadVerification.Proven;
import io.tallystick.identity.workload.WorkloadVerification.Refused;
import io.tallystick.identity.workload.WorkloadVerification.Silent;
import io.tallystick.kit.access.AccessConfig;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose word about a program is taken, and what is not taken for it. */
class PlatformsTest {
    private static final String US = "https://identity.example";
    private static final String CLUSTER = "https://kubernetes.default.svc.cluster.local";
    private static final String PROGRAM = "system:serviceaccount:ml:reporter";
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

    private static final MadeKey RSA = PlatformMaker.rsa("cluster-1", 2048);
    private static final MadeKey EC = PlatformMaker.ec("spire-1");

    private static Vertx vertx;

    @TempDir
    static Path folder;

    private static Platforms platforms;

    @BeforeAll
    static void twoPlatforms() throws IOException {
        vertx = Vertx.vertx();
        platforms = platforms(Map.of(
                "cluster", new Configured(CLUSTER, file("cluster", PlatformMaker.keySet(RSA))),
                "mesh", new Configured("spiffe://mesh.example", file("mesh", PlatformMaker.keySet(EC)))));
    }

    @AfterAll
    static void end() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void aProjectedServiceAccountTokenIsTaken() {
        assertThat(verify(PlatformMaker.token(RSA, claims()))).isEqualTo(new Proven("cluster", PROGRAM));
        assertThat(platforms.claimed(PlatformMaker.token(RSA, claims()))).isTrue();
    }

    @Test
    void aJwtSvidIsTakenByItsTrustDomain() {
        var claims = "{\"sub\":\"spiffe://mesh.example/ml/reporter\",\"aud\":\"%s\",\"exp\":%d}"
                .formatted(US, NOW.plusSeconds(300).getEpochSecond());

        assertThat(verify(PlatformMaker.token(EC, claims)))
                .isEqualTo(new Proven("mesh", "spiffe://mesh.example/ml/reporter"));
        assertThat(verify(PlatformMaker.token(EC, claims.replace("mesh.example", "mesh.example.evil"))))
                .isInstanceOf(Refused.class);
        assertThat(verify(PlatformMaker.token(EC, claims.replace("mesh.example/", "other.example/"))))
                .isInstanceOf(Refused.class);
    }

    @Test
    void oneSaysWhoItIsOnlyInItsPlatformsName() {
        var ofTheMeshsKey = PlatformMaker.token(EC, claims());
        var named = new MadeKey(RSA.kid(), EC.pair(), EC.jwk(), EC.algorithm(), EC.scheme());

        assertRefused(ofTheMeshsKey, "its platform has no key of its kid");
        assertRefused(PlatformMaker.token(named, claims()), "signature");
    }

    @Test
    void algNoneIsRefused() {
        var unsigned = PlatformMaker.text("{\"alg\":\"none\",\"kid\":\"cluster-1\"}") + "."
                + PlatformMaker.text(claims()) + ".AA";

        assertRefused(unsigned, "signature");
    }

    /** The public key is known to everyone: as an HMAC's secret it would let anyone sign. */
    @Test
    void anRsaKeyIsNoSecretOfAnHmac() throws Exception {
        var input =
                PlatformMaker.text("{\"alg\":\"HS256\",\"kid\":\"cluster-1\"}") + "." + PlatformMaker.text(claims());
        for (var secret :
                new byte[][] {RSA.pair().getPublic().getEncoded(), RSA.jwk().getBytes(StandardCharsets.UTF_8)}) {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            var signature = mac.doFinal(input.getBytes(StandardCharsets.US_ASCII));

            assertRefused(input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature), "signature");
        }
    }

    @Test
    void headersThatBringAKeyAreRefused() {
        for (var header : new String[] {
            "\"jwk\":{" + RSA.jwk() + "}",
            "\"jku\":\"https://evil.example\"",
            "\"x5u\":\"https://evil.example\"",
            "\"x5c\":[\"MII\"]",
            "\"crit\":[\"exp\"]"
        }) {
            var token = PlatformMaker.token(RSA, "{\"alg\":\"RS256\",\"kid\":\"cluster-1\"," + header + "}", claims());

            assertRefused(token, "nothing else");
        }
    }

    @Test
    void anAccessTokenOrAnotherKindIsNotTaken() {
        var token = PlatformMaker.token(RSA, "{\"alg\":\"RS256\",\"kid\":\"cluster-1\",\"typ\":\"at+jwt\"}", claims());

        assertRefused(token, "typ must be JWT");
    }

    /** A token that the API server takes is no token for us, or each of its readers could be its program here. */
    @Test
    void aTokenForAnotherServiceIsRefused() {
        assertRefused(PlatformMaker.token(RSA, claims().replace("\"" + US + "\"", "\"https://other.example\"")), "aud");
        assertRefused(PlatformMaker.token(RSA, claims().replace("\"aud\":[\"" + US + "\"],", "")), "aud");
    }

    @Test
    void aTokenOutOfItsTimeIsRefused() {
        assertRefused(PlatformMaker.token(RSA, claims(NOW.minusSeconds(600), NOW.minusSeconds(6))), "expired");
        assertRefused(PlatformMaker.token(RSA, claims(NOW.plusSeconds(60), NOW.plusSeconds(600))), "in the future");
        assertRefused(PlatformMaker.token(RSA, claims(NOW.minusSeconds(60), NOW.plusSeconds(7200))), "lives longer");
    }

    @Test
    void anIssuerThatIsNotConfiguredIsRefusedWithoutAskingIt() {
        assertRefused(PlatformMaker.token(RSA, claims().replace(CLUSTER, "https://evil.example")), "no platform");
        assertThat(platforms.claimed(PlatformMaker.token(RSA, claims().replace(CLUSTER, "did:key:z6Mk"))))
                .isFalse();
    }

    @Test
    void aChangedClaimBreaksTheSignature() {
        var parts = PlatformMaker.token(RSA, claims()).split("\\.", -1);

        assertRefused(
                parts[0] + "." + PlatformMaker.text(claims().replace("ml:reporter", "ml:owner")) + "." + parts[2],
                "signature");
    }

    @Test
    void aTokenWithANameTwiceIsRefused() {
        assertRefused(
                PlatformMaker.token(RSA, claims().replace("{", "{\"sub\":\"system:serviceaccount:ml:owner\",")), "");
    }

    @Test
    void withoutAPlatformsKeysNothingIsSaid() {
        var away = platforms(Map.of(
                "cluster", new Configured(CLUSTER, folder.resolve("missing").toUri())));

        assertThat(away.verify(PlatformMaker.token(RSA, claims()), NOW).await().indefinitely())
                .isInstanceOf(Silent.class);
    }

    @Test
    void whatCannotBeASourceOfKeysEndsTheStart() {
        for (var keys :
                new String[] {"http://keys.example/jwks", "ftp://keys.example/jwks", "https://me@keys.example/"}) {
            assertThatThrownBy(() -> platforms(Map.of("cluster", new Configured(CLUSTER, java.net.URI.create(keys)))))
                    .hasMessageContaining("tallystick.identity.workload.platforms.cluster.keys");
        }
    }

    private static void assertRefused(String token, String why) {
        assertThat(verify(token)).isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.detail())
                .contains(why));
    }

    private static WorkloadVerification verify(String token) {
        return platforms.verify(token, NOW).await().indefinitely();
    }

    private static String claims() {
        return claims(NOW.minusSeconds(60), NOW.plusSeconds(3000));
    }

    /** As a cluster of version 1.33 writes them. */
    private static String claims(Instant issued, Instant expires) {
        return """
                {"aud":["%s"],"exp":%d,"iat":%d,"nbf":%d,"iss":"%s","jti":"6d1f","kubernetes.io":{"namespace":"ml",\
                "node":{"name":"n1","uid":"5c"},"pod":{"name":"reporter-0","uid":"1a"},\
                "serviceaccount":{"name":"reporter","uid":"2b"}},"sub":"%s"}""".formatted(
                US, expires.getEpochSecond(), issued.getEpochSecond(), issued.getEpochSecond(), CLUSTER, PROGRAM);
    }

    private static java.net.URI file(String name, String keySet) throws IOException {
        return Files.writeString(folder.resolve(name + ".json"), keySet).toUri();
    }

    private static Platforms platforms(Map<String, PlatformConfig> configured) {
        return new Platforms(
                () -> configured, new Access(), new KeySources(vertx), new KeySets(), new SimpleMeterRegistry());
    }

    private static final class Access implements AccessConfig {
        @Override
        public String issuer() {
            return US;
        }

        @Override
        public String audience() {
            return "identity-service";
        }

        @Override
        public List<String> eventKey() {
            return List.of("");
        }

        @Override
        public Duration maxSilence() {
            return Duration.ofSeconds(5);
        }

        @Override
        public Duration maxLag() {
            return Duration.ofSeconds(2);
        }

        @Override
        public Duration clockSkew() {
            return Duration.ofSeconds(5);
        }
    }
}
