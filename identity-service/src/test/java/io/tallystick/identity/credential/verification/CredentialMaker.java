package io.tallystick.identity.credential.verification;

import io.tallystick.identity.IdentityStack;
import io.tallystick.kit.access.Ed25519Signer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** An issuer with a did:key, who signs what it likes. */
final class CredentialMaker {
    private final Ed25519Signer key = IdentityStack.newKey();

    String did() {
        return key.publicKey().didKey();
    }

    String kid() {
        return did() + "#" + did().substring("did:key:".length());
    }

    /** A right one. */
    String jwt() {
        return jwt(payload(""));
    }

    String jwt(String payload) {
        return jwt(header(""), payload);
    }

    String jwt(String header, String payload) {
        return key.compactJws(header, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** @param more members, each with a comma before it */
    String header(String more) {
        return "{\"alg\":\"EdDSA\",\"typ\":\"vc+jwt\",\"kid\":\"%s\"%s}".formatted(kid(), more);
    }

    String payload(String more) {
        return payload(did(), more);
    }

    static String payload(String issuer, String more) {
        return payload(issuer, now().minusSeconds(60), now().plusSeconds(3600), more);
    }

    static String payload(String issuer, Instant from, Instant until, String more) {
        return ("{\"@context\":[\"https://www.w3.org/ns/credentials/v2\"],\"id\":\"urn:uuid:%s\","
                        + "\"type\":[\"VerifiableCredential\",\"TradeLicence\"],\"issuer\":\"%s\","
                        + "\"validFrom\":\"%s\",\"validUntil\":\"%s\","
                        + "\"credentialSubject\":{\"id\":\"did:example:holder\",\"licence\":\"L-1\"}%s}")
                .formatted(UUID.randomUUID(), issuer, from, until, more);
    }

    static String status(String purpose, String list, String index) {
        return (",\"credentialStatus\":{\"type\":\"BitstringStatusListEntry\",\"statusPurpose\":\"%s\","
                        + "\"statusListIndex\":\"%s\",\"statusListCredential\":\"%s\"}")
                .formatted(purpose, index, list);
    }

    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }
}
