package io.tallystick.identity.wallet.proof;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.wallet.proof.Verdict.Proven;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether signatures are their accounts'. The server itself holds no key of an account and signs nothing for one. */
@ApplicationScoped
public class AccountSignatures {
    /** Bytes of the longest signature that is looked at; contract wallets' may be long. */
    public static final int MAX_BYTES = 4_096;

    private static final Pattern FORM = Pattern.compile("0x(?:[0-9a-fA-F]{2}){1," + MAX_BYTES + "}");

    private final SignerRecovery recovery;
    private final ContractWallets contracts;

    AccountSignatures(SignerRecovery recovery, ContractWallets contracts) {
        this.recovery = recovery;
        this.contracts = contracts;
    }

    /** @throws IllegalArgumentException with a reason, if {@code text} is no message of EIP-4361 */
    public static SignInMessage parse(String text) {
        return SignInParser.parse(text);
    }

    /** The signature's bytes; empty unless {@code text} is {@code 0x} and their digits. */
    public static Optional<byte[]> bytes(String text) {
        return text.length() <= 2 + 2 * MAX_BYTES && FORM.matcher(text).matches()
                ? Optional.of(HexFormat.of().parseHex(text, 2, text.length()))
                : Optional.empty();
    }

    /** Whether the account signed this text with {@code personal_sign}. */
    public Uni<Verdict> ofMessage(Account account, String text, byte[] signature) {
        return verify(account, PersonalMessage.digest(text), signature);
    }

    /** Whether the account signed this typed data. */
    public Uni<Verdict> ofTypedData(TypedLink signed, byte[] signature) {
        return verify(signed.account(), signed.digest(), signature);
    }

    /** The key first: an account may have both a key and code (EIP-7702). */
    private Uni<Verdict> verify(Account account, byte[] digest, byte[] signature) {
        var signer = KeySignature.read(signature).flatMap(read -> recovery.recover(digest, read));
        return signer.filter(account.address()::equals).isPresent()
                ? Uni.createFrom().item(Proven.BY_KEY)
                : contracts.verify(account, digest, signature);
    }
}
