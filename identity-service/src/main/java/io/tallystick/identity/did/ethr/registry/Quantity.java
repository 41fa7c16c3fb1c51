package io.tallystick.identity.did.ethr.registry;

import io.tallystick.identity.did.webvh.Json.JsonObject;
import java.util.regex.Pattern;

/** Numbers as JSON-RPC has them. */
public final class Quantity {
    private static final Pattern DIGITS = Pattern.compile("0x0*([0-9a-fA-F]{1,13})");

    private Quantity() {}

    /** @throws IllegalArgumentException if the text is none, or one that no chain reaches */
    public static long of(String text) {
        var digits = DIGITS.matcher(text);
        if (!digits.matches()) {
            throw new IllegalArgumentException("not a number");
        }
        return Long.parseLong(digits.group(1), 16);
    }

    public static long of(JsonObject object, String name) {
        return of(object.textOf(name).orElse(""));
    }

    public static String text(long number) {
        return "0x" + Long.toHexString(number);
    }
}
