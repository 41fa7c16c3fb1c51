package io.tallystick.events;

/**
 * Kafka headers of a record on {@code usage.recorded}: what metering-service knows of an event from the authenticated
 * path it came by. The record's value is the event itself, as it was sent.
 */
public final class UsageHeaders {
    /** The tenant of the sender's access token. */
    public static final String TENANT = "ts-tenant";

    /** {@link Funding} in lower case. */
    public static final String FUNDING = "ts-funding";

    /** DID of the authenticated sender. */
    public static final String BY = "ts-by";

    /** The hold that pays for a gateway call; absent on every other event. */
    public static final String HOLD = "ts-hold";

    /** The import that an older event belongs to, and the run of it; absent on every other event. */
    public static final String IMPORT = "ts-import";

    public static final String IMPORT_RUN = "ts-import-run";

    /** Number of the dead letter that is sent again. */
    public static final String LETTER = "ts-letter";

    /**
     * Milliseconds since 1970. Of a dead letter sent again when it first arrived, for an event that has no time of its own;
     * of an amendment the time of what it takes the place of.
     */
    public static final String ARRIVED = "ts-arrived";

    /** 1 or more where the event takes the place of its former revision; 0 is the event as it was first sent. */
    public static final String REVISION = "ts-revision";

    /** Why it does. */
    public static final String REASON = "ts-reason";

    private UsageHeaders() {}
}
