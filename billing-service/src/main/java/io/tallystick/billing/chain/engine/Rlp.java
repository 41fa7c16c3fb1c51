package io.tallystick.billing.chain.engine;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/** Ethereum's encoding of byte strings and lists of them: what a transaction is made of. */
final class Rlp {
    private static final int STRING = 0x80;
    private static final int LIST = 0xc0;
    private static final int LONGEST_SHORT = 55;

    private Rlp() {}

    /** A byte string; a single byte below 128 stands for itself. */
    static byte[] string(byte[] bytes) {
        return bytes.length == 1 && bytes[0] >= 0 ? bytes.clone() : prefixed(STRING, bytes);
    }

    /** A number without leading zeros; zero is the empty string. */
    static byte[] number(BigInteger value) {
        return string(bigEndian(value));
    }

    /** @param items encoded */
    static byte[] list(List<byte[]> items) {
        var content = new ByteArrayOutputStream();
        items.forEach(content::writeBytes);
        return prefixed(LIST, content.toByteArray());
    }

    private static byte[] prefixed(int kind, byte[] content) {
        var out = new ByteArrayOutputStream(content.length + 5);
        if (content.length <= LONGEST_SHORT) {
            out.write(kind + content.length);
        } else {
            var length = bigEndian(BigInteger.valueOf(content.length));
            out.write(kind + LONGEST_SHORT + length.length);
            out.writeBytes(length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] bigEndian(BigInteger value) {
        var bytes = value.toByteArray();
        int zeros = bytes[0] == 0 ? 1 : 0;
        return Arrays.copyOfRange(bytes, zeros, bytes.length);
    }
}
