package io.tallystick.billing.signature;

/** A caller's text inside a message: cut, so that a long body does not become a long log line. */
final class Shown {
    private static final int LONGEST = 80;

    private Shown() {}

    static String of(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
