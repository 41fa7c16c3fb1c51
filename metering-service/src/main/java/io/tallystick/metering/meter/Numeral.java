package io.tallystick.metering.meter;

import static java.util.Objects.requireNonNull;

/**
 * A JSON number as it was written. Kept as text: turning {@code 1e999999} into a number is an attack, and a binary
 * fraction is not what the sender wrote.
 */
public record Numeral(String text) {

    public Numeral {
        requireNonNull(text, "text");
    }
}
