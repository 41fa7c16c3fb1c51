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

    private UsageHeaders() {}
}
