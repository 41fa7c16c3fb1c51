package io.tallystick.identity.apikey;

/** What became of a wish to revoke an API key. */
sealed interface Withdrawal {

    record Revoked(KeptKey key) implements Withdrawal {}

    /** It was so already: the answer to a retry. */
    record Unchanged(KeptKey key) implements Withdrawal {}

    enum Rejected implements Withdrawal {
        /** There is none of this id that the caller may see. */
        UNKNOWN_KEY
    }
}
