package io.tallystick.identity.key;

import io.tallystick.events.DomainEvent;
import io.tallystick.events.Envelope;
import io.tallystick.events.EventJson;
import io.tallystick.identity.key.signer.SecretFile;
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
    private final boolean alone;

    /** @throws IllegalStateException if the other services would not believe this key */
    EventSigner(IdentityConfig config, AccessConfig access) {
        signer = new Ed25519Signer(SecretFile.read(config.eventKeyFile(), "tallystick.identity.event-key-file"));
        if (!access.eventKey().contains(signer.publicKey().didKey())) {
            throw new IllegalStateException(
                    "tallystick.access.event-key must name the did:key of " + "tallystick.identity.event-key-file: "
                            + signer.publicKey().didKey());
        }
        alone = access.eventKey().stream().allMatch(didKey()::equals);
    }

    /** The did:key that it signs with. */
    String didKey() {
        return signer.publicKey().didKey();
    }

    /** Whether no other key is believed, so that what another one signed is lost for new readers. */
    boolean isAlone() {
        return alone;
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
