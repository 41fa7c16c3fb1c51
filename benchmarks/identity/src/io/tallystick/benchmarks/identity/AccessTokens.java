package io.tallystick.benchmarks.identity;

import io.tallystick.events.DomainEvent;
import io.tallystick.events.Envelope;
import io.tallystick.events.EventJson;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.events.KeyChanged;
import io.tallystick.kit.access.AccessToken;
import io.tallystick.kit.access.AccessTokenVerifier;
import io.tallystick.kit.access.Ed25519Signer;
import io.tallystick.kit.access.IdentityView;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** An access token verified whole, as every service does; and the JDK's Ed25519 over the same bytes, and nothing else. */
@State(Scope.Benchmark)
public class AccessTokens {
    private static final String ISSUER = "https://identity.example";

    private final Instant now = Instant.now();
    private AccessTokenVerifier verifier;
    private String token;
    private PublicKey jdkKey;
    private byte[] signed;
    private byte[] signature;

    @Setup
    public void prepare() throws Exception {
        var eventKey = key();
        var key = key();
        var view = new IdentityView(
                eventKey.publicKey().didKey(), Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5));
        var publicKey = key.publicKey().base64Url();
        tell(view, eventKey, "key.changed",
                new KeyChanged("k1", publicKey, KeyChanged.Purpose.ACCESS_TOKEN, KeyChanged.State.ACTIVE, now, 1));
        tell(view, eventKey, "key.changed", new IdentityHeartbeat(1, now, List.of("k1"), Map.of()));
        tell(view, eventKey, "did.changed", new IdentityHeartbeat(0, now, List.of("k1"), Map.of()));
        verifier = new AccessTokenVerifier(ISSUER, "billing-service", Duration.ofSeconds(5), view);
        token = key.compactJws("{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"k1\"}", claims(key).getBytes(StandardCharsets.UTF_8));
        verifier.verify(token, now);
        // What the peer verifies.
        Files.writeString(Path.of(System.getProperty("bench.token")), token + "\n" + publicKey + "\n");
        int dot = token.lastIndexOf('.');
        signed = token.substring(0, dot).getBytes(StandardCharsets.US_ASCII);
        signature = Base64.getUrlDecoder().decode(token.substring(dot + 1));
        jdkKey = jdkKey(key.publicKey().bytes());
    }

    @Benchmark
    public AccessToken verified() {
        return verifier.verify(token, now);
    }

    @Benchmark
    public boolean ed25519OfTheJdk() throws Exception {
        var verification = Signature.getInstance("Ed25519");
        verification.initVerify(jdkKey);
        verification.update(signed);
        return verification.verify(signature);
    }

    private String claims(Ed25519Signer holder) {
        long issued = now.getEpochSecond();
        return """
                {"iss":"%s","sub":"%s","aud":"billing-service","client_id":"%s","tenant":"acme",\
                "scope":"billing:read rates:write","jti":"%s","iat":%d,"exp":%d}""".formatted(
                ISSUER, holder.publicKey().didKey(), holder.publicKey().didKey(), UUID.randomUUID(), issued, issued + 300);
    }

    private void tell(IdentityView view, Ed25519Signer key, String topic, DomainEvent event) {
        var header = "{\"alg\":\"EdDSA\",\"typ\":\"%s\",\"kid\":\"%s\",\"topic\":\"%s\"}"
                .formatted(IdentityView.JWS_TYPE, key.publicKey().didKey(), topic);
        var envelope = new Envelope(UUID.randomUUID().toString(), "/identity-service", now, event);
        view.apply(topic, key.compactJws(header, EventJson.write(envelope)).getBytes(StandardCharsets.US_ASCII), now);
    }

    private static Ed25519Signer key() {
        var seed = new byte[32];
        new SecureRandom().nextBytes(seed);
        return new Ed25519Signer(seed);
    }

    private static PublicKey jdkKey(byte[] bytes) throws Exception {
        boolean odd = (bytes[31] & 0x80) != 0;
        var y = new byte[32];
        for (int i = 0; i < 32; i++) {
            y[i] = bytes[31 - i];
        }
        y[0] &= 0x7f;
        var point = new EdECPoint(odd, new BigInteger(1, y));
        return KeyFactory.getInstance("Ed25519").generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    }
}
