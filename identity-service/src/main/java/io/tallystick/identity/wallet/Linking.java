package io.tallystick.identity.wallet;

import io.tallystick.identity.wallet.proof.Challenge;
import java.time.Duration;

/** What became of a wish to be challenged, to link an account or to end a link. */
sealed interface Linking {

    record Opened(Challenge challenge) implements Linking {}

    /** @param retryAfter when the oldest of the open challenges ends */
    record TooManyChallenges(Duration retryAfter) implements Linking {}

    record Linked(LinkedWallet wallet) implements Linking {}

    /** It was so already: the answer to a retry. */
    record Unchanged(LinkedWallet wallet) implements Linking {}

    record Unlinked(LinkedWallet wallet) implements Linking {}

    /** Listed by precedence: when several apply, the first is answered. */
    enum Rejected implements Linking {
        /** The DID is not registered with the tenant, or was revoked. */
        NOT_REGISTERED,
        LINKED_TO_ANOTHER,
        TOO_MANY_WALLETS,
        UNKNOWN_WALLET,
        /** The DID's document has had so many versions just now that its times run ahead. */
        DOCUMENT_TOO_SOON
    }
}
