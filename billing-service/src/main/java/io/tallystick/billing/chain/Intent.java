package io.tallystick.billing.chain;

import static java.util.Objects.requireNonNull;

/**
 * Something that is to happen on the chain once.
 *
 * @param key names it for ever, such as {@code deposit:0x…}: the same key is the same intent, however often it is given
 * @param call what is sent
 */
public record Intent(String key, Call call) {
    public static final int LONGEST_KEY = 200;

    public Intent {
        requireNonNull(call, "call");
        if (key.isBlank() || key.length() > LONGEST_KEY) {
            throw new IllegalArgumentException("an intent's key has 1 to " + LONGEST_KEY + " characters");
        }
    }
}
