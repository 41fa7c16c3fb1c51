package io.tallystick.metering.usage.ingest;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** An attribute's text in an HTTP header: quotes first, then percent signs, as CloudEvents' HTTP binding 3.1.3.2 says. */
final class HeaderText {

    private HeaderText() {}

    /** The text; empty if what is percent-encoded is not UTF-8, so that two texts never become one. */
    static Optional<String> decoded(String header) {
        return percentDecoded(unquoted(header));
    }

    /** A value that is not quoted as a whole stands for itself. */
    private static String unquoted(String header) {
        if (header.length() < 2 || !header.startsWith("\"") || !header.endsWith("\"")) {
            return header;
        }
        var text = new StringBuilder();
        for (int i = 1; i < header.length() - 1; i++) {
            var at = header.charAt(i);
            if (at == '"' || (at == '\\' && ++i == header.length() - 1)) {
                return header;
            }
            text.append(header.charAt(i));
        }
        return text.toString();
    }

    /** A percent sign without two digits after it stands for itself: some SDKs encode nothing. */
    private static Optional<String> percentDecoded(String text) {
        if (text.indexOf('%') < 0) {
            return Optional.of(text);
        }
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); ) {
            if (text.charAt(i) == '%' && i + 2 < text.length() && isHex(text, i + 1) && isHex(text, i + 2)) {
                bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
                i += 3;
            } else {
                var point = text.codePointAt(i);
                bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(point);
            }
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static boolean isHex(String text, int at) {
        return HexFormat.isHexDigit(text.charAt(at));
    }
}
