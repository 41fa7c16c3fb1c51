package io.tallystick.identity.did.issued;

/** What became of a wish to issue or to change a DID. */
sealed interface Issuance {

    record Issued(IssuedDid did) implements Issuance {}

    /** It has a new version. */
    record Changed(IssuedDid did) implements Issuance {}

    /** It was so already: the answer to a retry. */
    record Unchanged(IssuedDid did) implements Issuance {}

    /** Listed by precedence: when several apply, the first is answered. */
    enum Rejected implements Issuance, IssuedLog.Growth {
        /** The installation has no domain name to issue DIDs under. */
        NO_DOMAIN,
        UNKNOWN_TENANT,
        UNKNOWN_DID,
        /** The tenant's name is taken by a DID with other keys. */
        ISSUED_OTHERWISE,
        /** The tenant has as many DIDs as it may have. */
        TOO_MANY_DIDS,
        DEACTIVATED,
        NOT_PORTABLE,
        /** The log would grow too large for its readers. It may still be deactivated. */
        LOG_FULL,
        /** The last versions came so fast that their times run ahead of the clock. */
        TOO_SOON
    }
}
