package io.tallystick.identity.key;

import io.tallystick.events.DomainEvent;
import io.tallystick.events.Envelope;
import io.tallystick.events.EventJson;
import io.tallystick.kit.access.AccessConfig;
import io.tallystick.kit.access.Ed25519Signer;
import io.tallystick.kit.access.IdentityView;
import io.tallystick.kit.access.proof.NonceSeries;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/** Signs identity's events with the key that all services pin. */
@ApplicationScoped
class EventSigner {
    private static final String SOURCE = "/identity-service";

    private final Ed25519Signer signer;

    /** @throws IllegalStateException if the other services would not believe this key */
    EventSigner(IdentityConfig config, AccessConfig access) {
        signer = new Ed25519Signer(SecretFile.read(config.eventKeyFile(), "tallystick.identity.event-key-file"));
        if (!signer.publicKey().didKey().equals(access.eventKey())) {
            throw new IllegalStateException(
                    "tallystick.access.event-key must be the did:key of " + "tallystick.identity.event-key-file: "
                            + signer.publicKey().didKey());
        }
    }

    /** What proofs of a key may name, for the heartbeats and the token endpoint. */
    @Produces
    @Singleton
    NonceSeries nonces() {
        return new NonceSeries(signer::sign);
    }

    /** The event as a compact JWS. The topic is signed too, so that it means nothing on another. */
    byte[] sign(String topic, DomainEvent event, Instant now) {
        var header = "{\"alg\":\"EdDSA\",\"typ\":\"%s\",\"kid\":\"%s\",\"topic\":\"%s\"}"
                .formatted(IdentityView.JWS_TYPE, signer.publicKey().didKey(), topic);
        var envelope = new Envelope(UUID.randomUUID().toString(), SOURCE, now, event);
        return signer.compactJws(header, EventJson.write(envelope)).getBytes(StandardCharsets.US_ASCII);
    }
}
