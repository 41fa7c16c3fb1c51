package io.tallystick.identity.wallet;

import io.tallystick.identity.wallet.Linking.Rejected;
import io.tallystick.identity.wallet.Linking.TooManyChallenges;
import io.tallystick.identity.wallet.proof.Account;
import io.tallystick.identity.wallet.proof.Verdict;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import java.util.List;
import java.util.Map;

/** What a caller reads when an account is not linked, and what it can do about it. */
final class WalletProblems {
    private static final String NOT_LINKED = "Account not linked";

    private WalletProblems() {}

    /** A field of the body or of the path that cannot be read. */
    static ProblemException unreadable(String pointer, String why) {
        return new ProblemException(
                Problem.of("invalid-request", "Request not valid", 400, "Correct the fields listed and send it again.")
                        .with(List.of(new Problem.FieldError(pointer, why))));
    }

    static ProblemException notProven(String why) {
        return problem("wallet-not-proven", 422, "Ask for a new challenge and sign what it says: " + why + ".");
    }

    static ProblemException unknownChallenge() {
        return problem(
                "unknown-challenge",
                422,
                "Ask for a new challenge: your DID has none with this nonce that is open with this tenant.");
    }

    static ProblemException of(Verdict.Refused refused, Account account) {
        return switch (refused) {
            case NOT_BY_KEY_AND_NO_NODE ->
                problem(
                        "contract-wallet-not-checked",
                        422,
                        "Sign with the account's own key: the signature is not by it, and for contract wallets of chain "
                                + account.chain() + " the operator has to set tallystick.identity.wallets.rpc.\""
                                + account.chain() + "\".");
            case NOT_BY_KEY_AND_NO_CONTRACT ->
                notProven("the signature is not by the account's key, and there is no contract at its address");
            case CONTRACT_SAID_NO ->
                notProven(
                        "the contract at the account's address does not say that the signature is its own (ERC-1271)");
        };
    }

    static ProblemException of(TooManyChallenges many) {
        var seconds = Math.max(1, many.retryAfter().toSeconds() + 1);
        return new ProblemException(
                Problem.of(
                        "too-many-challenges",
                        "Challenge not given",
                        429,
                        "Use one of the open challenges, or wait " + seconds + " s until one has ended."),
                Map.of("Retry-After", Long.toString(seconds)));
    }

    static ProblemException of(Rejected rejected) {
        return switch (rejected) {
            case NOT_REGISTERED ->
                problem("did-not-registered", 403, "Let the tenant's owner register your DID with this tenant first.");
            case LINKED_TO_ANOTHER ->
                problem(
                        "wallet-linked-elsewhere",
                        409,
                        "The account is linked to another DID with this tenant: unlink it there, or let the owner do it.");
            case TOO_MANY_WALLETS -> problem("too-many-wallets", 409, "Unlink an account that you no longer use.");
            case UNKNOWN_WALLET ->
                new ProblemException(Problem.of(
                        "unknown-wallet",
                        "Account not found",
                        404,
                        "No account of yours with this tenant is this one."));
            case DOCUMENT_TOO_SOON ->
                new ProblemException(
                        Problem.of(
                                "did-changed-too-often", NOT_LINKED, 429, "Wait a minute; a version takes a second."),
                        Map.of("Retry-After", "60"));
        };
    }

    static ProblemException notYours() {
        return problem("not-your-wallets", 403, "Ask for the accounts of your own DID, or leave did out.");
    }

    private static ProblemException problem(String name, int status, String detail) {
        return new ProblemException(Problem.of(name, NOT_LINKED, status, detail));
    }
}
