package io.tallystick.identity.key;

import io.tallystick.events.KeyChanged.State;
import io.tallystick.identity.key.signer.HeldKey;
import io.tallystick.identity.key.signer.Holder;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.kit.access.Ed25519Key;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

@Entity
@Table(name = "held_key")
class SigningKeyEntity {
    @Id
    String kid;

    @Column(updatable = false, nullable = false)
    String purpose;

    @Column(updatable = false, nullable = false)
    String holder;

    @Column(name = "public_key", updatable = false, nullable = false)
    String publicKey;

    /** What its holder needs to sign with it. */
    byte[] sealed;

    @Column(nullable = false)
    String state;

    @Column(name = "active_from", updatable = false, nullable = false)
    Instant activeFrom;

    @Column(name = "revoke_at")
    Instant revokeAt;

    static SigningKeyEntity of(SigningKey key, HeldKey held) {
        var row = new SigningKeyEntity();
        row.kid = key.kid();
        row.purpose = key.purpose().label();
        row.holder = key.holder().label();
        row.publicKey = key.publicKey().base64Url();
        row.sealed = held.handle();
        row.activeFrom = key.activeFrom();
        row.copyFrom(key);
        return row;
    }

    SigningKey toSigningKey() {
        return new SigningKey(
                purpose(),
                kid,
                Ed25519Key.ofBase64Url(publicKey),
                holder(),
                State.valueOf(state.toUpperCase(Locale.ROOT)),
                activeFrom,
                revokeAt == null ? SigningKey.NEVER : revokeAt);
    }

    /** The key to sign with, as long as there is one. */
    Optional<HeldKey> toHeldKey() {
        return Optional.ofNullable(sealed)
                .map(handle -> new HeldKey(purpose(), kid, Ed25519Key.ofBase64Url(publicKey), holder(), handle));
    }

    private KeyPurpose purpose() {
        return KeyPurpose.valueOf(purpose.toUpperCase(Locale.ROOT));
    }

    private Holder holder() {
        return Holder.valueOf(holder.toUpperCase(Locale.ROOT));
    }

    void copyFrom(SigningKey key) {
        state = key.state().name().toLowerCase(Locale.ROOT);
        revokeAt = key.revokeAt().equals(SigningKey.NEVER) ? null : key.revokeAt();
        boolean isOver = key.state() == State.REVOKED
                || (key.state() == State.RETIRING && key.purpose() != KeyPurpose.ACCESS_TOKEN);
        if (isOver) {
            sealed = null;
        }
    }
}
