package io.tallystick.metering.gateway.openai;

import java.util.Locale;

/** Who counted. */
public enum UsageSource {
    /** The model server, after it had finished. */
    PROVIDER_FINAL,
    /** The gateway, exactly: the request itself listed the tokens. */
    COUNTED,
    /** The gateway, from the text's length. */
    ESTIMATED;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
