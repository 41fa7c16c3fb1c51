package io.tallystick.identity.credential.status;

import java.util.Locale;

/** What a bit that is set says of a credential. */
public enum StatusPurpose {
    /** It is worth nothing, for good. */
    REVOCATION,
    /** It is worth nothing now. */
    SUSPENSION;

    /** As a status list has it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
