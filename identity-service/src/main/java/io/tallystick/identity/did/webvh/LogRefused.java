package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Verification.Reason;

/** Carries a reason from where it is found to {@link LogVerifier}, which answers it. */
final class LogRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    LogRefused(Reason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }

    /** @throws LogRefused unless {@code holds} */
    static void unless(boolean holds, Reason reason, String detail) {
        if (!holds) {
            throw new LogRefused(reason, detail);
        }
    }
}
