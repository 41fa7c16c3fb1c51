package io.tallystick.billing.x402;

/** Why a payment was not taken, in x402's own words: clients act on some of them. */
public final class Codes {
    public static final String PAYMENT_REQUIRED = "Payment required";
    public static final String NO_MATCH = "No matching payment requirements";

    public static final String SETTLEMENT_PENDING = "settlement_pending";
    /** A word of ours: the channel's books are kept by the gateway or by another server, never by both. */
    public static final String SERVED_ELSEWHERE = "channel_served_elsewhere";

    public static final String UNSUPPORTED_PAYLOAD_TYPE = "unsupported_payload_type";

    private static final String BATCH = "invalid_batch_settlement_evm_";
    private static final String EXACT = "invalid_exact_evm_";

    private Codes() {}

    public static String batch(String code) {
        return BATCH + code;
    }

    public static String exact(String code) {
        return EXACT + code;
    }

    /** The one code that makes a client take over our books and pay again. */
    public static final String BOOKS_DIFFER = BATCH + "cumulative_amount_mismatch";
}
