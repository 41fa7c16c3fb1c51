package io.tallystick.identity.did.webvh;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * A JSON value that has exactly one text: the canonical one of JCS (RFC 8785). What is hashed and signed is that text, so
 * two values are equal exactly if their texts are.
 *
 * <p>Numbers are whole. A fraction has more than one reader's opinion on how it is written, and did:webvh needs none.
 */
public sealed interface Json {

    /** The canonical text. */
    default String text() {
        var out = new StringBuilder();
        write(out);
        return out.toString();
    }

    /** Writes the canonical text. */
    void write(StringBuilder out);

    /** This value with {@code from} replaced by {@code to} in every text and name. */
    Json replace(String from, String to);

    /** @param members by their names, in the order of their UTF-16 code units, as JCS sorts them */
    record JsonObject(SequencedMap<String, Json> members) implements Json {
        public JsonObject {
            members = new TreeMap<>(members);
        }

        public static JsonObject of(Map<String, Json> members) {
            return new JsonObject(new TreeMap<>(members));
        }

        @Override
        public SequencedMap<String, Json> members() {
            return Collections.unmodifiableSequencedMap(members);
        }

        public Optional<Json> get(String name) {
            return Optional.ofNullable(members.get(name));
        }

        /** The text under this name; empty if there is none or it is no text. */
        public Optional<String> textOf(String name) {
            return members.get(name) instanceof JsonText(var value) ? Optional.of(value) : Optional.empty();
        }

        /** This object with one member more, or another value of it. */
        public JsonObject with(String name, Json value) {
            var changed = new TreeMap<>(members);
            changed.put(name, value);
            return new JsonObject(changed);
        }

        public JsonObject without(String name) {
            var changed = new TreeMap<>(members);
            changed.remove(name);
            return new JsonObject(changed);
        }

        @Override
        public void write(StringBuilder out) {
            char before = '{';
            for (var member : members.entrySet()) {
                out.append(before);
                quote(member.getKey(), out);
                out.append(':');
                member.getValue().write(out);
                before = ',';
            }
            out.append(members.isEmpty() ? "{}" : "}");
        }

        @Override
        public JsonObject replace(String from, String to) {
            var changed = new TreeMap<String, Json>();
            members.forEach((name, value) -> changed.put(name.replace(from, to), value.replace(from, to)));
            return new JsonObject(changed);
        }
    }

    record JsonArray(List<Json> items) implements Json {
        public JsonArray {
            items = List.copyOf(items);
        }

        public static JsonArray ofTexts(List<String> texts) {
            return new JsonArray(texts.stream().<Json>map(JsonText::new).toList());
        }

        /** The items, if all are texts. */
        public Optional<List<String>> texts() {
            var texts = new ArrayList<String>();
            for (var item : items) {
                if (!(item instanceof JsonText(var text))) {
                    return Optional.empty();
                }
                texts.add(text);
            }
            return Optional.of(List.copyOf(texts));
        }

        @Override
        public void write(StringBuilder out) {
            char before = '[';
            for (var item : items) {
                out.append(before);
                item.write(out);
                before = ',';
            }
            out.append(items.isEmpty() ? "[]" : "]");
        }

        @Override
        public JsonArray replace(String from, String to) {
            return new JsonArray(
                    items.stream().map(item -> item.replace(from, to)).toList());
        }
    }

    record JsonText(String value) implements Json {
        @Override
        public void write(StringBuilder out) {
            quote(value, out);
        }

        @Override
        public JsonText replace(String from, String to) {
            return new JsonText(value.replace(from, to));
        }
    }

    /** @param value as far from zero as every reader of JSON keeps exactly, and no further */
    record JsonInteger(long value) implements Json {
        static final long LARGEST = (1L << 53) - 1;

        public JsonInteger {
            if (value > LARGEST || value < -LARGEST) {
                throw new IllegalArgumentException("a number beyond 2^53 is not read alike everywhere");
            }
        }

        static JsonInteger of(String digits) {
            var number = new BigInteger(digits);
            if (number.bitLength() > 53) {
                throw new IllegalArgumentException("a number beyond 2^53 is not read alike everywhere");
            }
            return new JsonInteger(number.longValueExact());
        }

        @Override
        public void write(StringBuilder out) {
            out.append(value);
        }

        @Override
        public Json replace(String from, String to) {
            return this;
        }
    }

    record JsonBoolean(boolean value) implements Json {
        @Override
        public void write(StringBuilder out) {
            out.append(value);
        }

        @Override
        public Json replace(String from, String to) {
            return this;
        }
    }

    record JsonNull() implements Json {
        @Override
        public void write(StringBuilder out) {
            out.append("null");
        }

        @Override
        public Json replace(String from, String to) {
            return this;
        }
    }

    /** Most texts have nothing to escape, and are written as they are. */
    private static void quote(String text, StringBuilder out) {
        out.append('"');
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c == '"' || c == '\\') {
                out.append(text, from, i);
                escape(c, out);
                from = i + 1;
            }
        }
        out.append(text, from, text.length()).append('"');
    }

    private static void escape(char c, StringBuilder out) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\t' -> out.append("\\t");
            case '\n' -> out.append("\\n");
            case '\f' -> out.append("\\f");
            case '\r' -> out.append("\\r");
            default -> out.append("\\u00").append(c < 0x10 ? "0" : "1").append(Character.forDigit(c & 0xf, 16));
        }
    }
}
