package io.tallystick.identity.did;

/** What became of a wish to register or revoke an identity. */
sealed interface Registration {

    record Registered(Identity identity) implements Registration {}

    /** It was so already: the answer to a retry. */
    record Unchanged(Identity identity) implements Registration {}

    record Revoked(Identity identity) implements Registration {}

    /** Listed by precedence: when several apply, the first is answered. */
    enum Rejected implements Registration {
        UNKNOWN_TENANT,
        UNKNOWN_IDENTITY,
        /** The DID was registered with the tenant and revoked. */
        WAS_REVOKED,
        /** The DID is registered with the tenant as something else. */
        REGISTERED_OTHERWISE,
        /** The DID is registered with the tenant by a name that it had before it moved. */
        REGISTERED_BY_OTHER_NAME
    }
}
