package io.tallystick.metering.usage.ingest;

import java.util.Arrays;
import java.util.Locale;

/** Media types as they are sent: in any case, with parameters such as {@code charset}. */
final class MediaTypes {

    private MediaTypes() {}

    /** Type and subtype alone, in lower case. */
    static String withoutParameters(String contentType) {
        return contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /** Whether the body is UTF-8: it says so, or says nothing, which for JSON means the same. */
    static boolean isUtf8(String contentType) {
        return Arrays.stream(contentType.split(";"))
                .skip(1)
                .map(parameter -> parameter.strip().toLowerCase(Locale.ROOT))
                .filter(parameter -> parameter.startsWith("charset="))
                .map(parameter -> parameter.substring("charset=".length()).replace("\"", ""))
                .allMatch(charset -> charset.equals("utf-8") || charset.equals("utf8") || charset.equals("us-ascii"));
    }
}
