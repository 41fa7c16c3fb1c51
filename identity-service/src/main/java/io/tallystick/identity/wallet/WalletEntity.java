package io.tallystick.identity.wallet;

import io.tallystick.identity.wallet.LinkedWallet.Kind;
import io.tallystick.identity.wallet.LinkedWallet.Proof;
import io.tallystick.identity.wallet.proof.Account;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.Locale;

@Entity
@Table(name = "wallet")
@IdClass(WalletEntity.Key.class)
class WalletEntity {

    record Key(String tenant, String account) implements Serializable {}

    @Id
    String tenant;

    @Id
    String account;

    @Column(nullable = false)
    String did;

    @Column(nullable = false)
    String kind;

    @Column(nullable = false)
    String signed;

    @Column(nullable = false)
    String signature;

    boolean contract;

    @Column(name = "linked_at", nullable = false)
    Instant linkedAt;

    @Column(name = "unlinked_at")
    Instant unlinkedAt;

    /** When this state was last told. */
    @Column(name = "told_at", nullable = false)
    Instant toldAt;

    static WalletEntity of(LinkedWallet wallet) {
        var row = new WalletEntity();
        row.tenant = wallet.tenant();
        row.account = wallet.account().id();
        row.copyFrom(wallet);
        return row;
    }

    LinkedWallet toWallet() {
        return new LinkedWallet(
                tenant,
                Account.parse(account),
                did,
                new Proof(Kind.valueOf(kind.toUpperCase(Locale.ROOT)), signed, signature, contract),
                linkedAt,
                unlinkedAt == null ? LinkedWallet.NEVER : unlinkedAt);
    }

    void copyFrom(LinkedWallet wallet) {
        toldAt = wallet.unlinked() ? wallet.unlinkedAt() : wallet.linkedAt();
        did = wallet.did();
        kind = wallet.proof().kind().name().toLowerCase(Locale.ROOT);
        signed = wallet.proof().signed();
        signature = wallet.proof().signature();
        contract = wallet.proof().contract();
        linkedAt = wallet.linkedAt();
        unlinkedAt = wallet.unlinked() ? wallet.unlinkedAt() : null;
    }
}
