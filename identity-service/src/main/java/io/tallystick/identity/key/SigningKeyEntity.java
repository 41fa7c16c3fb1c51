package io.tallystick.identity.key;

import io.tallystick.events.KeyChanged.State;
import io.tallystick.kit.access.Ed25519Key;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Locale;

@Entity
@Table(name = "signing_key")
class SigningKeyEntity {
    @Id
    String kid;

    @Column(name = "public_key", updatable = false, nullable = false)
    String publicKey;

    byte[] sealed;

    @Column(nullable = false)
    String state;

    @Column(name = "active_from", updatable = false, nullable = false)
    Instant activeFrom;

    @Column(name = "revoke_at")
    Instant revokeAt;

    static SigningKeyEntity of(SigningKey key, byte[] sealed) {
        var row = new SigningKeyEntity();
        row.kid = key.kid();
        row.publicKey = key.publicKey().base64Url();
        row.sealed = sealed;
        row.activeFrom = key.activeFrom();
        row.copyFrom(key);
        return row;
    }

    SigningKey toSigningKey() {
        return new SigningKey(
                kid,
                Ed25519Key.ofBase64Url(publicKey),
                State.valueOf(state.toUpperCase(Locale.ROOT)),
                activeFrom,
                revokeAt == null ? SigningKey.NEVER : revokeAt);
    }

    void copyFrom(SigningKey key) {
        state = key.state().name().toLowerCase(Locale.ROOT);
        revokeAt = key.revokeAt().equals(SigningKey.NEVER) ? null : key.revokeAt();
        if (key.state() == State.REVOKED) {
            sealed = null;
        }
    }
}
