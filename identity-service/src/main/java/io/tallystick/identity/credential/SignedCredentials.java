package io.tallystick.identity.credential;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.credential.status.SignedLists;
import io.tallystick.identity.did.installation.Assertions;
import io.tallystick.kit.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * Writes credentials out. What is signed is made of our rows each time, so a holder gets it again after a key was replaced,
 * and nobody can have anything else signed.
 */
@ApplicationScoped
class SignedCredentials {
    private final Assertions assertions;
    private final SignedLists lists;

    SignedCredentials(Assertions assertions, SignedLists lists) {
        this.assertions = assertions;
        this.lists = lists;
    }

    /** Returns only if there is a DID to issue for. */
    void requireIssuer() {
        issuer();
    }

    /** Fails with what the signer fails with. */
    Uni<String> sign(Credential credential, CredentialFormat format, Instant now) {
        var issuer = issuer();
        var payload = format.payload(credential, issuer, lists.origin().orElseThrow());
        return assertions.sign(format.header(issuer), payload.text().getBytes(StandardCharsets.UTF_8), now);
    }

    private String issuer() {
        return assertions.issuer().orElseThrow(() -> new ProblemException(CredentialProblems.noInstallationDid()));
    }
}
