package io.tallystick.identity.credential.verification;

/** What became of a credential that somebody presented. */
sealed interface Verdict {

    /** All of it may be believed now. */
    record Believed(SignedCredential credential) implements Verdict {}

    /** @param detail what is wrong, for who presented it */
    record Refused(Reason reason, String detail) implements Verdict {}

    /** Listed by precedence: the first is found first. */
    enum Reason {
        /** It is no credential that we read. */
        NOT_A_CREDENTIAL,
        ISSUER_NOT_RESOLVED,
        /** Too many foreign issuers are asked for. */
        TOO_MANY_LOOKUPS,
        NOT_SIGNED,
        NOT_VALID_NOW,
        STATUS_NOT_CHECKED,
        REVOKED,
        SUSPENDED
    }
}
