package io.tallystick.identity.credential;

/** What became of the wish for a credential. */
public sealed interface Issuance {

    record Issued(Credential credential) implements Issuance {}

    /** Listed by precedence: when several apply, the first is returned. */
    enum Rejected implements Issuance {
        UNKNOWN_TENANT,
        UNKNOWN_IDENTITY,
        IDENTITY_REVOKED,
        /** The identity is not what the credential would say. */
        NOT_WHAT_IT_IS,
        TOO_MANY_OF_IDENTITY,
        TOO_MANY_OF_TENANT
    }
}
