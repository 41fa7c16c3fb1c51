package io.tallystick.identity.grant;

import static java.util.Objects.requireNonNull;

/** What a text that says to be a spend grant turned out to be. */
sealed interface GrantVerification {

    /**
     * The issuer's DID signed it, for this tenant, and it holds now or later.
     *
     * @param text the text itself
     * @param signedBy thumbprint of the issuer's key
     */
    record Verified(SpendGrant grant, String text, String signedBy) implements GrantVerification {
        public Verified {
            requireNonNull(grant, "grant");
            requireNonNull(text, "text");
            requireNonNull(signedBy, "signedBy");
        }
    }

    /** @param detail what is wrong with it, for its sender */
    record Refused(Reason reason, String detail) implements GrantVerification {}

    /** Listed by precedence: when several apply, the first is answered. */
    enum Reason {
        /** Not one compact JWS of this kind, in this size. */
        NOT_A_GRANT,
        /** Not signed by a key of its issuer with that key's algorithm. */
        NOT_SIGNED,
        /** A claim is missing, unknown, or out of bounds. */
        BAD_CLAIMS,
        /** For another installation or another tenant. */
        WRONG_AUDIENCE,
        EXPIRED,
        FROM_THE_FUTURE,
        TOO_LONG_LIVED
    }
}
