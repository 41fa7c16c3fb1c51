package io.tallystick.metering.gateway.openai;

import java.util.Collection;
import java.util.Map;

/** How many bytes text has where it is turned into tokens; a token covers at least one. */
public final class Text {
    /** Bytes of text to a token, about, in the languages the common tokenizers were made for. */
    private static final int BYTES_PER_TOKEN = 4;

    /** What a quoted string, or one separator of a list or an object, may add in a prompt. */
    private static final int PUNCTUATION_BYTES = 4;

    private static final int LONGEST_NUMBER_BYTES = 32;

    private Text() {}

    /** UTF-8 length; a lone surrogate counts as the three bytes of the replacement character. */
    public static long bytes(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes += 1;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (isPair(text, i)) {
                bytes += 4;
                i++;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }

    private static boolean isPair(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
    }

    /** Length of a JSON value written out, names and punctuation included. */
    public static long jsonBytes(Object value) {
        return switch (value) {
            case null -> PUNCTUATION_BYTES;
            case String text -> bytes(text) + PUNCTUATION_BYTES;
            case Map<?, ?> members -> PUNCTUATION_BYTES + membersBytes(members);
            case Collection<?> items ->
                PUNCTUATION_BYTES + items.stream().mapToLong(Text::jsonBytes).sum();
            default -> LONGEST_NUMBER_BYTES;
        };
    }

    private static long membersBytes(Map<?, ?> members) {
        return members.entrySet().stream()
                .mapToLong(member -> jsonBytes(member.getKey()) + jsonBytes(member.getValue()))
                .sum();
    }

    /** Tokens of a text nobody counted, rounded up. */
    public static long estimatedTokens(long bytes) {
        return Math.ceilDiv(bytes, BYTES_PER_TOKEN);
    }
}
