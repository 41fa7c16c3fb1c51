package io.tallystick.metering.gateway.openai;

import java.util.Locale;

/** Who counted. */
public enum UsageSource {
    /** The model server, after it had finished. */
    PROVIDER_FINAL,
    /** The model server, before it had finished: a stream that was cut. */
    PROVIDER_PARTIAL,
    /** The gateway: the request itself listed the tokens, or a tokenizer told them. */
    COUNTED,
    /** The gateway, from the text's length. */
    ESTIMATED;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
