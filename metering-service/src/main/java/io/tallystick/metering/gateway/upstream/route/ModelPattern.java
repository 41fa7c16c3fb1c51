package io.tallystick.metering.gateway.upstream.route;

import java.util.Optional;

/**
 * A model's name, or many: one {@code *} stands for any characters, none too.
 *
 * @param before what comes before the {@code *}, or the whole name if there is none
 * @param after what comes after it
 */
public record ModelPattern(String before, boolean wild, String after) {

    /** @throws IllegalArgumentException if no model can have such a name */
    public static ModelPattern parse(String text) {
        if (text.isEmpty() || text.length() > 128 || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("write 1 to 128 printable characters");
        }
        int star = text.indexOf('*');
        if (star != text.lastIndexOf('*')) {
            throw new IllegalArgumentException("write one * at most");
        }
        return star < 0
                ? new ModelPattern(text, false, "")
                : new ModelPattern(text.substring(0, star), true, text.substring(star + 1));
    }

    /** What the {@code *} stands for in {@code name} (nothing where there is none), if the name is of this pattern. */
    Optional<String> match(String name) {
        if (!wild) {
            return name.equals(before) ? Optional.of("") : Optional.empty();
        }
        var fits = name.length() >= literals() && name.startsWith(before) && name.endsWith(after);
        return fits ? Optional.of(name.substring(before.length(), name.length() - after.length())) : Optional.empty();
    }

    /** The name in which {@code middle} stands for the {@code *}. */
    String with(String middle) {
        return wild ? before + middle + after : before;
    }

    /** How many characters it prescribes. */
    int literals() {
        return before.length() + after.length();
    }

    @Override
    public String toString() {
        return with("*");
    }
}
