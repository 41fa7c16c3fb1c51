package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonBoolean;
import io.tallystick.identity.did.webvh.Json.JsonInteger;
import io.tallystick.identity.did.webvh.Json.JsonNull;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import java.util.ArrayList;
import java.util.TreeMap;

/**
 * Reads JSON (RFC 8259) so strictly that no other reader sees something else in it: each name once, whole numbers, no half
 * of a surrogate pair, a bound on depth.
 */
public final class JsonReader {
    static final int MAX_DEPTH = 16;
    private static final int MAX_DIGITS = 17;

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException if {@code text} is not exactly one such value; the message says why */
    public static Json read(String text) {
        var reader = new JsonReader(text);
        var value = reader.value(1);
        reader.skipSpace();
        if (reader.at < text.length()) {
            throw reader.wrong("something follows the value");
        }
        return value;
    }

    private Json value(int depth) {
        if (depth > MAX_DEPTH) {
            throw wrong("nested deeper than " + MAX_DEPTH);
        }
        skipSpace();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> new JsonText(string());
            case 't' -> word("true", new JsonBoolean(true));
            case 'f' -> word("false", new JsonBoolean(false));
            case 'n' -> word("null", new JsonNull());
            default -> number();
        };
    }

    private Json object(int depth) {
        var members = new TreeMap<String, Json>();
        at++;
        skipSpace();
        if (took('}')) {
            return new JsonObject(members);
        }
        do {
            skipSpace();
            var name = string();
            skipSpace();
            take(':');
            if (members.put(name, value(depth + 1)) != null) {
                throw wrong("a name comes twice in an object");
            }
            skipSpace();
        } while (took(','));
        take('}');
        return new JsonObject(members);
    }

    private Json array(int depth) {
        var items = new ArrayList<Json>();
        at++;
        skipSpace();
        if (took(']')) {
            return new JsonArray(items);
        }
        do {
            items.add(value(depth + 1));
            skipSpace();
        } while (took(','));
        take(']');
        return new JsonArray(items);
    }

    private Json word(String word, Json value) {
        if (!text.startsWith(word, at)) {
            throw wrong("no value");
        }
        at += word.length();
        return value;
    }

    private Json number() {
        int from = at;
        boolean negative = took('-');
        int digits = at;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        int count = at - digits;
        if (count == 0) {
            throw wrong("no value");
        }
        if (at < text.length() && (text.charAt(at) == '.' || text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            throw wrong("a number must be whole");
        }
        if (count > MAX_DIGITS || (text.charAt(digits) == '0' && (count > 1 || negative))) {
            throw wrong("a number must be written in its one shortest way, below 2^53");
        }
        try {
            return JsonInteger.of(text.substring(from, at));
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private String string() {
        take('"');
        var out = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                return whole(out.toString());
            }
            if (c < 0x20) {
                throw wrong("a control character in a text");
            }
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            default -> throw wrong("an unknown escape in a text");
        };
    }

    private char hexadecimal() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            char c = next();
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw wrong("an unknown escape in a text");
            }
            value = 16 * value + digit;
        }
        return (char) value;
    }

    /** Half of a surrogate pair has no UTF-8, hence no hash. */
    private String whole(String string) {
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < string.length()
                        && Character.isLowSurrogate(string.charAt(i + 1));
                if (!pair) {
                    throw wrong("half of a surrogate pair in a text");
                }
                i++;
            }
        }
        return string;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean took(char wanted) {
        boolean there = at < text.length() && text.charAt(at) == wanted;
        if (there) {
            at++;
        }
        return there;
    }

    private void take(char wanted) {
        if (!took(wanted)) {
            throw wrong("no " + wanted);
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("it ends too early");
        }
        return text.charAt(at);
    }

    private char next() {
        char c = peek();
        at++;
        return c;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("not strict JSON at " + at + ": " + what);
    }
}
