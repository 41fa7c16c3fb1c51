package io.tallystick.events;

/** Who pays for usage, known from the authenticated path it came by and never from the event's own data. */
public enum Funding {
    /** Rated against the subject's account. */
    ACCOUNT,
    /** Already paid at the call: never rated, only reconciled against captures. */
    CALL
}
