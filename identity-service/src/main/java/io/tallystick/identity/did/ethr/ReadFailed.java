package io.tallystick.identity.did.ethr;

import io.tallystick.identity.did.Resolution;

/** A DID could not be read: the node is away, or says what cannot be. */
final class ReadFailed extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int RETRY_AFTER_SECONDS = 5;

    private final transient Resolution resolution;

    private ReadFailed(Resolution resolution) {
        super(null, null, false, false);
        this.resolution = resolution;
    }

    /** May be read the next time. */
    static ReadFailed now(String detail) {
        return new ReadFailed(new Resolution.NotResolved(detail, RETRY_AFTER_SECONDS));
    }

    static ReadFailed notFound(String detail) {
        return new ReadFailed(new Resolution.NotFound(detail));
    }

    Resolution resolution() {
        return resolution;
    }
}
