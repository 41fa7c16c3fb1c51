package io.tallystick.identity.wallet;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.WalletChanged;
import io.tallystick.identity.wallet.proof.Account;
import java.time.Duration;
import java.time.Instant;

/**
 * An account that a DID has proved to hold, with one tenant.
 *
 * @param proof what the account signed, for whoever wants to check it
 * @param unlinkedAt when the link ended; {@link #NEVER} as long as it did not
 */
record LinkedWallet(String tenant, Account account, String did, Proof proof, Instant linkedAt, Instant unlinkedAt) {
    static final Instant NEVER = Instant.MAX;

    /** A link is told for so long. Below the forty days for which the topic remembers that it ended. */
    static final Duration TOLD_FOR = Duration.ofDays(30);

    /** How it was signed. */
    enum Kind {
        /** A text, with {@code personal_sign}. */
        EIP191,
        /** Typed data. */
        EIP712
    }

    /**
     * @param signed the text, or the typed data in JSON
     * @param signature {@code 0x} and digits in lower case
     * @param contract whether a contract said at that time that it is the account's
     */
    record Proof(Kind kind, String signed, String signature, boolean contract) {
        Proof {
            requireNonNull(kind, "kind");
            requireNonNull(signed, "signed");
            requireNonNull(signature, "signature");
        }
    }

    /** @param owner whether who asks looks after the whole tenant */
    record Asking(String did, boolean owner) {
        boolean sees(LinkedWallet wallet) {
            return owner || wallet.did().equals(did);
        }
    }

    LinkedWallet {
        requireNonNull(tenant, "tenant");
        requireNonNull(account, "account");
        requireNonNull(did, "did");
        requireNonNull(proof, "proof");
        if (unlinkedAt.isBefore(linkedAt)) {
            throw new IllegalArgumentException("unlinked before it was linked");
        }
    }

    static LinkedWallet linked(String tenant, Account account, String did, Proof proof, Instant now) {
        return new LinkedWallet(tenant, account, did, proof, now, NEVER);
    }

    boolean unlinked() {
        return !unlinkedAt.equals(NEVER);
    }

    /** What is told of it at {@code now}. */
    WalletChanged toEvent(Instant now, long revision) {
        return new WalletChanged(
                tenant,
                account.id(),
                did,
                !unlinked(),
                unlinked() ? unlinkedAt : linkedAt,
                unlinked() ? unlinkedAt : now.plus(TOLD_FOR),
                revision);
    }

    LinkedWallet unlink(Instant now) {
        return new LinkedWallet(tenant, account, did, proof, linkedAt, now);
    }
}
