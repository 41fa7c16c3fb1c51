package io.tallystick.identity.credential;

import io.tallystick.kit.problem.Problem;
import java.util.List;

/** What a caller reads when a credential is not issued or not changed, and what it can do about it. */
final class CredentialProblems {
    private static final String NOT_ISSUED = "Credential not issued";

    private CredentialProblems() {}

    static Problem noInstallationDid() {
        return Problem.of(
                "no-installation-did",
                NOT_ISSUED,
                409,
                "This installation has no domain name, so no DID to issue for: its operator sets "
                        + "tallystick.identity.did-domain.");
    }

    static Problem of(Issuance.Rejected rejected) {
        return switch (rejected) {
            case UNKNOWN_TENANT -> problem("unknown-tenant", 404, "Let the operator create the tenant first.");
            case UNKNOWN_IDENTITY -> problem("unknown-identity", 404, "Register the DID with this tenant first.");
            case IDENTITY_REVOKED ->
                problem("identity-revoked", 409, "The DID was revoked for good; nothing more is said of it.");
            case NOT_WHAT_IT_IS ->
                problem(
                                "identity-is-something-else",
                                422,
                                "A " + CredentialType.PROVIDER.term() + " is for an identity of kind provider, a "
                                        + CredentialType.CLIENT.term() + " for one with the role client.")
                        .with(List.of(new Problem.FieldError("/type", "is not what the DID is registered as")));
            case TOO_MANY_OF_IDENTITY ->
                problem(
                        "too-many-credentials",
                        409,
                        "Revoke credentials of this DID that nobody needs, or wait until one expires.");
            case TOO_MANY_OF_TENANT ->
                problem(
                        "too-many-credentials",
                        409,
                        "Wait until credentials of this tenant expire, or let the operator raise "
                                + "tallystick.identity.credentials.per-tenant.");
        };
    }

    static Problem of(StatusChange.Rejected rejected) {
        return switch (rejected) {
            case UNKNOWN_CREDENTIAL ->
                Problem.of(
                        "unknown-credential", "Credential not found", 404, "The tenant has no credential of this id.");
            case REVOKED ->
                Problem.of(
                        "credential-ended",
                        "Credential not changed",
                        409,
                        "It was revoked, for good: issue another one.");
        };
    }

    private static Problem problem(String name, int status, String detail) {
        return Problem.of(name, NOT_ISSUED, status, detail);
    }
}
