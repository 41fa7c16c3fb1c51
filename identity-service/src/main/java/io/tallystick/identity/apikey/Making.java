package io.tallystick.identity.apikey;

/** What became of a wish to make an API key. */
sealed interface Making {

    record Made(KeptKey key) implements Making {}

    /** Listed by precedence: when several apply, the first is answered. */
    enum Rejected implements Making {
        UNKNOWN_TENANT,
        /** The DID that it would act as is not registered with the tenant. */
        UNKNOWN_IDENTITY,
        IDENTITY_REVOKED,
        /** The maker may make keys for itself only. */
        NOT_YOURS,
        /** It would have a role that the identity has not. */
        MORE_THAN_ITS_IDENTITY,
        /** It would do what its maker may not. */
        MORE_THAN_ITS_MAKER,
        TOO_MANY_OF_IDENTITY,
        TOO_MANY_OF_TENANT
    }
}
