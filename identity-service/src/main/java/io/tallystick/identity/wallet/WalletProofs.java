package io.tallystick.identity.wallet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.wallet.LinkedWallet.Kind;
import io.tallystick.identity.wallet.LinkedWallet.Proof;
import io.tallystick.identity.wallet.proof.Account;
import io.tallystick.identity.wallet.proof.AccountSignatures;
import io.tallystick.identity.wallet.proof.Challenge;
import io.tallystick.identity.wallet.proof.Place;
import io.tallystick.identity.wallet.proof.SignInMessage;
import io.tallystick.identity.wallet.proof.Verdict;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.kit.problem.UnavailableException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Locale;

/** From what a caller sends to an account that is proved to be its own. Ends the request with a problem if it is not. */
@ApplicationScoped
class WalletProofs {
    private final Challenges challenges;
    private final AccountSignatures signatures;
    private final ObjectMapper json;
    private final MeterRegistry metrics;

    WalletProofs(Challenges challenges, AccountSignatures signatures, ObjectMapper json, MeterRegistry metrics) {
        this.challenges = challenges;
        this.signatures = signatures;
        this.json = json;
        this.metrics = metrics;
    }

    /**
     * Either a message of EIP-4361, ours or one that the client wrote itself; or the nonce of typed data, which is ours.
     *
     * @param signature {@code 0x} and the digits of its bytes
     */
    record NewProof(
            @Size(max = 8_192) String message,
            @Pattern(regexp = Challenge.NONCE) String nonce,
            @Size(max = 64) String account,

            @NotNull @Size(max = 2 + 2 * AccountSignatures.MAX_BYTES) String signature,

            @Pattern(regexp = "eip712", message = "must be eip712; a message says by itself what it is") String kind) {}

    record Proven(Account account, Proof proof) {}

    /** The nonce is claimed before the signature is looked at: who tries again needs another. */
    Uni<Proven> proven(Place place, String did, NewProof body) {
        return Uni.createFrom()
                .deferred(() -> verified(place, did, body))
                .onItemOrFailure()
                .invoke((_, failure) -> count(failure));
    }

    private Uni<Proven> verified(Place place, String did, NewProof body) {
        var signature = AccountSignatures.bytes(body.signature)
                .orElseThrow(() -> WalletProblems.unreadable("/signature", "must be 0x and the digits of its bytes"));
        if (body.message != null) {
            if (body.nonce != null || body.account != null || body.kind != null) {
                throw WalletProblems.unreadable("/message", "stands alone: leave out nonce, account and kind");
            }
            var message = parsed(body.message);
            return claimed(place, did, message.nonce())
                    .chain(challenge -> ofMessage(challenge, message, body, signature));
        }
        if (body.nonce == null || body.account == null || body.kind == null) {
            throw WalletProblems.unreadable("/message", "send message, or nonce, account and kind: \"eip712\"");
        }
        var account = WalletResource.account(body.account, "/account");
        return claimed(place, did, body.nonce).chain(challenge -> ofTypedData(challenge, account, body, signature));
    }

    private Uni<Challenge> claimed(Place place, String did, String nonce) {
        return challenges
                .claim(place, did, nonce, Instant.now())
                .map(found -> found.orElseThrow(WalletProblems::unknownChallenge));
    }

    private Uni<Proven> ofMessage(Challenge challenge, SignInMessage message, NewProof body, byte[] signature) {
        var flaw = challenge.flaw(message, Instant.now());
        if (flaw.isPresent()) {
            throw WalletProblems.notProven(flaw.get());
        }
        var account = challenge.account();
        return signatures
                .ofMessage(account, body.message, signature)
                .map(verdict -> proven(account, Kind.EIP191, body.message, body, verdict));
    }

    private Uni<Proven> ofTypedData(Challenge challenge, Account account, NewProof body, byte[] signature) {
        if (!challenge.account().equals(account)) {
            throw WalletProblems.notProven("it is for another account; the challenge is for " + challenge.account());
        }
        var data = challenge.typedData();
        return signatures
                .ofTypedData(data, signature)
                .map(verdict -> proven(account, Kind.EIP712, text(TypedMessage.of(data)), body, verdict));
    }

    private static Proven proven(Account account, Kind kind, String signed, NewProof body, Verdict verdict) {
        return switch (verdict) {
            case Verdict.Proven how ->
                new Proven(
                        account,
                        new Proof(
                                kind,
                                signed,
                                body.signature.toLowerCase(Locale.ROOT),
                                how == Verdict.Proven.BY_CONTRACT));
            case Verdict.Refused refused -> throw WalletProblems.of(refused, account);
        };
    }

    private void count(Throwable failure) {
        var outcome =
                switch (failure) {
                    case null -> "proven";
                    case ProblemException problem ->
                        problem.problem().type().endsWith("unknown-challenge") ? "unknown_challenge" : "refused";
                    case UnavailableException _ -> "node_silent";
                    default -> "failed";
                };
        metrics.counter("tallystick.identity.wallets.proofs", "outcome", outcome)
                .increment();
    }

    private static SignInMessage parsed(String text) {
        try {
            return AccountSignatures.parse(text);
        } catch (IllegalArgumentException e) {
            throw WalletProblems.notProven(e.getMessage());
        }
    }

    private String text(TypedMessage data) {
        try {
            return json.writeValueAsString(data);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
