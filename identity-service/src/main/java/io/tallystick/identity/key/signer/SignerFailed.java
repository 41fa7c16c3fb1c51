package io.tallystick.identity.key.signer;

import static java.util.Objects.requireNonNull;

/** The signer did not do what it was asked for. Says what an operator can do, and nothing that is secret. */
public class SignerFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why; the label of a metric. */
    public enum Reason {
        /** No answer, or none in time. */
        SILENT,
        /** More at once than it is asked. */
        BUSY,
        /** It does not let us. */
        FORBIDDEN,
        /** It has no such key, or no such engine. */
        MISSING,
        /** It is locked, or on standby. */
        SEALED,
        /** It answered with something that makes no sense. */
        STRANGE,
        /** What it answered is no signature of the key. The gravest: something pretends to be it. */
        WRONG_SIGNATURE
    }

    private final Reason reason;

    /** @param advice what happened and what to do, in a sentence */
    public SignerFailed(Reason reason, String advice) {
        super(advice);
        this.reason = requireNonNull(reason, "reason");
    }

    public Reason reason() {
        return reason;
    }
}
