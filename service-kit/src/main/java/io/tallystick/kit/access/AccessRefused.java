package io.tallystick.kit.access;

/** A request that may not go on, and why. The answer is made of {@link #reason()}; the message is for its detail. */
public final class AccessRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why access was refused: also the {@code reason} of the metric. */
    public enum Reason {
        /** No access token came with the request. */
        NO_TOKEN(401),
        /** Not a compact JWS of flat size, or a claim is missing or of the wrong kind. */
        MALFORMED(401),
        /** Another algorithm, another kind of JWS, or a header that would choose the key. */
        WRONG_HEADER(401),
        /** Not a key that identity-service publishes for access tokens now. */
        UNKNOWN_KEY(401),
        BAD_SIGNATURE(401),
        WRONG_ISSUER(401),
        /** An access token for another service. */
        WRONG_AUDIENCE(401),
        EXPIRED(401),
        NOT_YET_VALID(401),
        /** Bound to a key that the caller did not prove to hold; or a proof came, and it is bound to none. */
        NOT_PROVEN(401),
        /** The proof of the key is none, or was used before. */
        BAD_PROOF(401),
        /** The request's signature is none of the key, or was used before. */
        BAD_REQUEST_SIGNATURE(401),
        /** The proof of the key names no nonce that is good now. */
        NEEDS_NONCE(401),
        /** Issued for longer than any access token may live. */
        TOO_LONG_LIVED(401),
        /** The caller's DID was revoked after it was issued. */
        REVOKED(401),
        /** The caller's DID has a newer version: the key that it was issued for may be gone. */
        OUTDATED_DID(401),
        /** An API key whose form or checksum is wrong. */
        MALFORMED_API_KEY(401),
        /** No such API key, a wrong secret, or one that was revoked or has ended: nobody is told which. */
        UNKNOWN_API_KEY(401),
        /** Several credentials that do not say the same. */
        CONFLICTING_CREDENTIALS(401),
        /** An API key in the URL, where proxies and logs have read it. */
        API_KEY_IN_URL(401),
        INSUFFICIENT_SCOPE(403),
        /** Identity-service is silent, or what it announced has not arrived. */
        IDENTITY_SILENT(503),
        /** Whether the proof of the key is fresh, or was used before, cannot be told now. */
        PROOF_NOT_CHECKED(503);

        private final int status;

        Reason(int status) {
            this.status = status;
        }

        /** The HTTP status of the answer. */
        public int status() {
            return status;
        }
    }

    private final Reason reason;
    private final String scope;

    public AccessRefused(Reason reason, String detail) {
        this(reason, detail, "");
    }

    /** @param scope the scope that was asked for, empty if the refusal is not about one */
    public AccessRefused(Reason reason, String detail, String scope) {
        super(detail, null, false, false);
        this.reason = reason;
        this.scope = scope;
    }

    public Reason reason() {
        return reason;
    }

    public String scope() {
        return scope;
    }
}
