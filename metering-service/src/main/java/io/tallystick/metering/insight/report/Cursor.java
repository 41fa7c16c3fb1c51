package io.tallystick.metering.insight.report;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The last row of a page: the next one begins behind it. It says a place in an order and no more; whose rows they are the
 * access token alone says.
 *
 * @param window from 0; -1 before all
 */
record Cursor(int window, String subject, String model, String apiKey) {
    static final Cursor START = new Cursor(-1, "", "", "");

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    String text() {
        return window + "." + part(subject) + "." + part(model) + "." + part(apiKey);
    }

    /** @return empty if no page said so */
    static Optional<Cursor> of(String text) {
        if (text.isEmpty()) {
            return Optional.of(START);
        }
        var parts = text.split("\\.", -1);
        if (text.length() > 4096 || parts.length != 4 || !parts[0].matches("[0-9]{1,4}")) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                            new Cursor(Integer.parseInt(parts[0], 10), text(parts[1]), text(parts[2]), text(parts[3])))
                    .filter(cursor -> cursor.text().equals(text))
                    .filter(cursor -> (cursor.subject + cursor.model + cursor.apiKey).indexOf(0) < 0);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String part(String text) {
        return ENCODER.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(String part) {
        return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
    }
}
