package io.tallystick.identity.access;

/** A request for an access token that gets none. Answered in the form of RFC 6749, which OAuth clients read. */
final class TokenRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** RFC 6749, section 5.2; RFC 8707 for the target, RFC 9449 for proofs. */
    enum Code {
        INVALID_REQUEST(400),
        INVALID_CLIENT(401),
        INVALID_GRANT(400),
        INVALID_SCOPE(400),
        UNSUPPORTED_GRANT_TYPE(400),
        INVALID_TARGET(400),
        INVALID_DPOP_PROOF(400),
        USE_DPOP_NONCE(400),
        TEMPORARILY_UNAVAILABLE(429);

        private final int status;

        Code(int status) {
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    private final Code code;

    /** @param description what the caller can do about it */
    TokenRefused(Code code, String description) {
        super(description, null, false, false);
        this.code = code;
    }

    Code code() {
        return code;
    }
}
