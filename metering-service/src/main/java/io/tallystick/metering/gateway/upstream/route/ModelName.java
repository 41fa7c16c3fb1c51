package io.tallystick.metering.gateway.upstream.route;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.metering.gateway.call.Body;
import java.io.ByteArrayOutputStream;

/**
 * Gives the model of a request another name, by changing the bytes of that one value and no other.
 *
 * <p>The body was read before: it is one JSON object in UTF-8, no name is in it twice, and {@code model} is a string.
 */
public final class ModelName {
    private final byte[] json;
    private int at;

    private ModelName(byte[] json) {
        this.json = json;
    }

    /** @param model of printable characters of ASCII */
    public static Body replaced(Body body, String model) {
        return new ModelName(body.bytes()).replaced(model);
    }

    private Body replaced(String model) {
        skipSpace();
        expect('{');
        while (true) {
            skipSpace();
            var isModel = readName().equals("model");
            skipSpace();
            expect(':');
            skipSpace();
            int from = at;
            skipValue();
            if (isModel) {
                return spliced(from, at, model);
            }
            skipSpace();
            expect(',');
        }
    }

    private Body spliced(int from, int to, String model) {
        if (json[from] != '"') {
            throw new IllegalArgumentException("model is no string");
        }
        var quoted = ('"' + model.replace("\\", "\\\\").replace("\"", "\\\"") + '"').getBytes(US_ASCII);
        var out = new ByteArrayOutputStream(json.length + quoted.length);
        out.write(json, 0, from);
        out.writeBytes(quoted);
        out.write(json, to, json.length - to);
        return new Body(out.toByteArray());
    }

    /** A member's name may be written with escapes of four digits, and is the same name. */
    private String readName() {
        int from = at + 1;
        skipString();
        var raw = new String(json, from, at - 1 - from, UTF_8);
        if (raw.indexOf('\\') < 0) {
            return raw;
        }
        var name = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            if (raw.charAt(i) == '\\' && raw.charAt(i + 1) == 'u') {
                name.append((char) Integer.parseInt(raw, i + 2, i + 6, 16));
                i += 5;
            } else {
                name.append(raw.charAt(i));
            }
        }
        return name.toString();
    }

    private void skipValue() {
        switch (peek()) {
            case '"' -> skipString();
            case '{', '[' -> skipNested();
            default -> {
                while (at < json.length && ",}] \t\r\n".indexOf(json[at]) < 0) {
                    at++;
                }
            }
        }
    }

    private void skipNested() {
        int depth = 0;
        do {
            switch (peek()) {
                case '"' -> skipString();
                case '{', '[' -> {
                    depth++;
                    at++;
                }
                case '}', ']' -> {
                    depth--;
                    at++;
                }
                default -> at++;
            }
        } while (depth > 0);
    }

    private void skipString() {
        expect('"');
        while (peek() != '"') {
            at += peek() == '\\' ? 2 : 1;
        }
        at++;
    }

    private void skipSpace() {
        while (at < json.length && (json[at] == ' ' || json[at] == '\t' || json[at] == '\r' || json[at] == '\n')) {
            at++;
        }
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw new IllegalArgumentException("no object with a model");
        }
        at++;
    }

    private char peek() {
        if (at >= json.length) {
            throw new IllegalArgumentException("no object with a model");
        }
        return (char) (json[at] & 0xff);
    }
}
