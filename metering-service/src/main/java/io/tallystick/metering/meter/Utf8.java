package io.tallystick.metering.meter;

/** Text that comes back from the database as it went in. */
public final class Utf8 {

    private Utf8() {}

    /**
     * Whether {@code text} is Unicode that UTF-8 and PostgreSQL can hold: no NUL, and no half of a surrogate pair, which
     * JSON can write as {@code \}{@code ud800} and which would be stored as a question mark.
     */
    public static boolean holds(String text) {
        for (int i = 0; i < text.length(); i++) {
            var unit = text.charAt(i);
            if (unit == 0 || Character.isLowSurrogate(unit)) {
                return false;
            }
            if (Character.isHighSurrogate(unit)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }
}
