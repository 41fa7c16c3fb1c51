package io.tallystick.metering.gateway.call;

import java.time.Instant;

/** What became of a payment before its call. */
public sealed interface Authorization {

    /**
     * The call may be served until the hold expires.
     *
     * @param subject who pays: a DID
     * @param announcement what the payer's client is told when a streamed answer begins; empty if there is nothing to tell
     */
    record Held(String holdId, String subject, Instant expiresAt, Headers announcement) implements Authorization {
        public Held(String holdId, String subject, Instant expiresAt) {
            this(holdId, subject, expiresAt, Headers.NONE);
        }
    }

    /**
     * Unpaid or refused; the headers say what would be accepted.
     *
     * @param reason a code or a sentence
     */
    record Refused(int status, String reason, Headers headers) implements Authorization {}

    /** The payment itself was all that was asked, such as a refund. */
    record Done(int status, Headers headers) implements Authorization {}

    /** The same payment came with the same request before. */
    record Replayed(String holdId, State state, Headers headers) implements Authorization {}

    /** Where the hold of a payment that came before stands. */
    enum State {
        HELD,
        CAPTURED,
        VOIDED
    }
}
