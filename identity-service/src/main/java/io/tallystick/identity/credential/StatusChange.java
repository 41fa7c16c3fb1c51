package io.tallystick.identity.credential;

/** What became of the wish to revoke, suspend or resume a credential. */
public sealed interface StatusChange {

    record Changed(Credential credential) implements StatusChange {}

    /** It was so already: the answer to a retry. */
    record Unchanged(Credential credential) implements StatusChange {}

    enum Rejected implements StatusChange {
        UNKNOWN_CREDENTIAL,
        /** It was revoked, for good. */
        REVOKED
    }
}
