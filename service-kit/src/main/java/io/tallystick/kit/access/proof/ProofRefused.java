package io.tallystick.kit.access.proof;

/** A proof of a key that does not prove it, and why. The message says what to do, and may be shown to its sender. */
public final class ProofRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why a proof was refused. */
    public enum Reason {
        /** None came. */
        MISSING,
        /** It is not one, or is of another key, request, access token or time. */
        WRONG,
        /** It names no nonce that is good now: the sender is given one and signs again. */
        NEEDS_NONCE,
        /** It was taken before. */
        USED,
        /** Whether it is fresh, or was taken before, cannot be told now. */
        NOT_NOW
    }

    private final Reason reason;

    public ProofRefused(Reason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    /** A refusal for {@link Reason#WRONG}. */
    public static ProofRefused wrong(String detail) {
        return new ProofRefused(Reason.WRONG, detail);
    }

    public Reason reason() {
        return reason;
    }
}
