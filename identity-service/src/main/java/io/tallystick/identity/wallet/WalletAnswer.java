package io.tallystick.identity.wallet;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * A wallet on the wire.
 *
 * @param alsoKnownAs the DID that is the account itself, by which billing and metering name it
 * @param unlinkedAt absent as long as it is linked
 * @param proof absent in a list
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record WalletAnswer(
        String tenant,
        String account,
        String did,
        String alsoKnownAs,
        Instant linkedAt,
        Instant unlinkedAt,
        ProofAnswer proof) {

    /**
     * @param kind {@code eip191} or {@code eip712}
     * @param signed the text, or the typed data in JSON
     * @param contract whether a contract said then that the signature is its own
     */
    record ProofAnswer(String kind, String signed, String signature, boolean contract) {}

    record WalletPage(List<WalletAnswer> wallets) {
        static WalletPage of(List<LinkedWallet> wallets) {
            return new WalletPage(wallets.stream().map(WalletAnswer::listed).toList());
        }
    }

    static WalletAnswer listed(LinkedWallet wallet) {
        return of(wallet, null);
    }

    static WalletAnswer whole(LinkedWallet wallet) {
        var proof = wallet.proof();
        var kind = proof.kind().name().toLowerCase(Locale.ROOT);
        return of(wallet, new ProofAnswer(kind, proof.signed(), proof.signature(), proof.contract()));
    }

    private static WalletAnswer of(LinkedWallet wallet, ProofAnswer proof) {
        return new WalletAnswer(
                wallet.tenant(),
                wallet.account().id(),
                wallet.did(),
                wallet.account().did(),
                wallet.linkedAt(),
                wallet.unlinked() ? wallet.unlinkedAt() : null,
                proof);
    }
}
