package io.tallystick.identity.grant;

import io.tallystick.identity.grant.GrantVerification.Refused;
import io.tallystick.identity.grant.Limits.Excess;
import io.tallystick.kit.problem.Problem;
import java.util.List;
import java.util.Set;

/** What a caller reads when a grant is not taken or not changed, and what it can do about it. */
final class GrantProblems {
    private static final String NOT_TAKEN = "Grant not taken";

    private GrantProblems() {}

    static Problem of(Refused refused) {
        return Problem.of("invalid-grant", NOT_TAKEN, 422, "Sign another grant: " + refused.detail() + ".");
    }

    static Problem of(Set<Excess> excess) {
        var claims = excess.stream()
                .sorted()
                .map(one -> new Problem.FieldError("/" + claim(one), "goes further than the parent"))
                .toList();
        return Problem.of(
                        "grant-exceeds-parent",
                        NOT_TAKEN,
                        422,
                        "A grant can pass on only what its parent gives: narrow the claims that are listed, sign again.")
                .with(List.copyOf(claims));
    }

    static Problem of(Submission.Rejected rejected) {
        return switch (rejected) {
            case UNKNOWN_PARENT ->
                problem("unknown-parent", 422, "Submit the parent first, and name its jti and its text's SHA-256.");
            case JTI_TAKEN -> problem("grant-exists", 409, "Another grant has this jti: sign one with a new jti.");
            case NOT_YOURS ->
                problem("not-your-grant", 403, "A grant is submitted by its client, its issuer or the tenant's owner.");
            case NO_CLIENT ->
                problem(
                        "client-not-registered",
                        422,
                        "Let the tenant's owner register the client that signed the root.");
            case AGENT_REVOKED ->
                problem("agent-revoked", 409, "The agent's access was withdrawn: give the grant to another DID.");
            case NOT_SIGNED_BY_THE_PARENTS_AGENT ->
                problem("not-the-parents-agent", 422, "Sign it with the key that the parent names in cnf.jkt.");
            case PARENT_REVOKED -> problem("parent-revoked", 409, "The parent was revoked: ask for a new one.");
            case PARENT_EXPIRED -> problem("parent-expired", 409, "The parent has expired: ask for a new one.");
            case TOO_MANY_GRANTS ->
                problem(
                        "too-many-grants",
                        409,
                        "Revoke grants of this client that nobody needs, or wait until one ends.");
            case TREE_FULL ->
                problem(
                        "grant-tree-full",
                        409,
                        "So many grants hang below the client's: let the client sign a new one.");
        };
    }

    static Problem of(Revocation.Rejected rejected) {
        return switch (rejected) {
            case UNKNOWN_GRANT ->
                Problem.of("unknown-grant", "Grant not found", 404, "No grant of yours with this tenant has this jti.");
            case NOT_YOURS ->
                Problem.of(
                        "not-your-grant",
                        "Grant not revoked",
                        403,
                        "A grant is revoked by who signed it or one above it, or by the tenant's owner.");
        };
    }

    private static String claim(Excess excess) {
        return switch (excess) {
            case ASSET -> "asset";
            case BUDGET -> "budget";
            case CAP -> "cap";
            case PAYEES -> "payees";
            case MODELS -> "models";
            case DEPTH -> "depth";
            case NOT_BEFORE -> "nbf";
            case EXPIRY -> "exp";
        };
    }

    private static Problem problem(String name, int status, String detail) {
        return Problem.of(name, NOT_TAKEN, status, detail);
    }
}
