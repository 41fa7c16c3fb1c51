package io.tallystick.identity.wallet;

import io.tallystick.identity.wallet.proof.Account;
import io.tallystick.identity.wallet.proof.Challenge;
import io.tallystick.identity.wallet.proof.Place;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;

@Entity
@Table(name = "wallet_challenge")
@IdClass(ChallengeEntity.Key.class)
class ChallengeEntity {

    record Key(String tenant, String did, String nonce) implements Serializable {}

    @Id
    String tenant;

    @Id
    String did;

    @Id
    String nonce;

    @Column(updatable = false, nullable = false)
    String account;

    @Column(name = "issued_at", updatable = false, nullable = false)
    Instant issuedAt;

    @Column(name = "expires_at", updatable = false, nullable = false)
    Instant expiresAt;

    static ChallengeEntity of(Challenge challenge) {
        var row = new ChallengeEntity();
        row.tenant = challenge.place().tenant();
        row.did = challenge.did();
        row.nonce = challenge.nonce();
        row.account = challenge.account().id();
        row.issuedAt = challenge.issuedAt();
        row.expiresAt = challenge.expiresAt();
        return row;
    }

    Challenge toChallenge(Place place) {
        return new Challenge(place, did, Account.parse(account), nonce, issuedAt, expiresAt);
    }
}
