package io.tallystick.metering.usage.event;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/**
 * Bodies that began as events and were broken on the way: bytes flipped, cut, repeated and put in, two bodies joined. The
 * same seed makes the same ones. {@value #SEED} and {@value #BODIES} are system properties for a longer search.
 */
public final class HostileBodies {
    private static final String SEED = "tallystick.fuzz.seed";
    private static final String BODIES = "tallystick.fuzz.bodies";
    private static final int MOST_BYTES = 16_384;

    private static final List<String> WHOLE = List.of(
            "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"svc\",\"type\":\"prompt\",\"subject\":\"c\","
                    + "\"time\":\"2026-01-01T01:00:00+01:00\",\"data\":{\"tokens\":1.50,\"model\":\"é\",\"n\":[1,-2e3,null]}}",
            "{\"specversion\":\"1.0\",\"id\":\"e2\",\"source\":\"svc\",\"type\":\"prompt\",\"subject\":\"c\","
                    + "\"datacontenttype\":\"application/json\",\"data_base64\":\"eyJ0b2tlbnMiOjV9\"}",
            "{\"specversion\":\"1.0\",\"id\":\"e3\",\"source\":\"s\",\"type\":\"io.tallystick.void\",\"subject\":\"voids\","
                    + "\"data\":{\"source\":\"svc\",\"id\":\"e1\",\"reason\":\"\"}}",
            "[{\"specversion\":\"1.0\",\"id\":\"e4\",\"source\":\"s\",\"type\":\"prompt\",\"subject\":\"c\",\"data\":{\"tokens\":\"7\"}},"
                    + "{\"data\":\"text\",\"specversion\":\"1.0\",\"id\":\"e5\",\"source\":\"s\",\"type\":\"t\",\"subject\":\"c\"}]",
            "[]",
            "{\"tokens\":5}");

    private static final List<String> PIECES = List.of(
            "\"",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\\",
            "\\u0000",
            "\\ud800",
            "\\udc00\\ud800",
            "null",
            "true",
            "NaN",
            "-",
            "-0",
            "0e0",
            "1e400",
            "1e-400",
            "1e999999999",
            "1e2147483648",
            "00",
            "9".repeat(300),
            "0." + "0".repeat(300) + "1",
            "{\"a\":".repeat(70),
            "[".repeat(1_200),
            "\"id\":\"x\",",
            "\"data\":1,",
            "\"data_base64\":\"=\",",
            "\"time\":\"\",",
            "\"time\":\"+999999999-12-31T23:59:59-18:00\",",
            "\"time\":\"0000-00-00T24:00:00Z\",",
            "\"type\":\"io.tallystick.void\",",
            "\"source\":\"/gateway/x\",",
            "\"specversion\":\"1.0\",",
            "\u0000",
            "\ufeff",
            "\u2028",
            "/*",
            "//",
            "'",
            "\r\n");

    private static final byte[][] BYTES = {
        {(byte) 0xff},
        {(byte) 0xc0, (byte) 0x80},
        {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
        {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
        {(byte) 0xe2, (byte) 0x82},
        {0},
        {(byte) 0xef, (byte) 0xbb, (byte) 0xbf},
    };

    private final Random random;

    private HostileBodies(Random random) {
        this.random = random;
    }

    /** The bodies of one search; {@code number} tells one again. */
    public static byte[] of(long number) {
        var random = new Random(Long.getLong(SEED, 1) * 1_000_003 + number);
        return new HostileBodies(random).body();
    }

    /** How many are to be tried. */
    public static long howMany() {
        return Long.getLong(BODIES, 20_000);
    }

    private byte[] body() {
        var body = whole();
        for (int i = random.nextInt(6); i > 0 && body.length < MOST_BYTES; i--) {
            body = broken(body);
        }
        return body;
    }

    private byte[] whole() {
        return WHOLE.get(random.nextInt(WHOLE.size())).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] broken(byte[] body) {
        int from = random.nextInt(body.length + 1);
        int to = from + random.nextInt(body.length - from + 1);
        return switch (random.nextInt(7)) {
            case 0 -> flipped(body);
            case 1 -> joined(body, 0, from, new byte[0], body, to, body.length);
            case 2 -> joined(body, 0, to, new byte[0], body, from, body.length);
            case 3 ->
                joined(
                        body,
                        0,
                        from,
                        PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8),
                        body,
                        from,
                        body.length);
            case 4 -> joined(body, 0, from, BYTES[random.nextInt(BYTES.length)], body, from, body.length);
            case 5 ->
                joined(
                        body,
                        0,
                        from,
                        PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8),
                        body,
                        to,
                        body.length);
            default -> {
                var other = whole();
                yield joined(body, 0, from, new byte[0], other, random.nextInt(other.length), other.length);
            }
        };
    }

    private byte[] flipped(byte[] body) {
        var flipped = body.clone();
        if (flipped.length > 0) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private static byte[] joined(
            byte[] one, int from, int to, byte[] between, byte[] other, int otherFrom, int otherTo) {
        var out = new ByteArrayOutputStream();
        out.write(one, from, to - from);
        out.writeBytes(between);
        out.write(other, otherFrom, otherTo - otherFrom);
        return out.toByteArray();
    }
}
