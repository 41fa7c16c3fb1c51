package io.tallystick.identity.did.ethr.registry;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;

/** What a contract said, in words of 32 bytes (the contract ABI). Throws {@link IllegalArgumentException} for what it is not. */
final class Words {
    private static final int WORD = 32;
    private static final int ACCOUNT_FROM = 12;
    private static final BigInteger LARGEST = BigInteger.valueOf((1L << 53) - 1);

    private final byte[] bytes;

    private Words(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @param text hexadecimal digits after {@code 0x} */
    static Words of(String text) {
        if (!text.startsWith("0x")) {
            throw new IllegalArgumentException("not hexadecimal");
        }
        return new Words(HexFormat.of().parseHex(text, 2, text.length()));
    }

    byte[] at(int index) {
        return slice(index * WORD, WORD);
    }

    /** A number; one that no clock and no chain reaches is as good as another. */
    long numberAt(int index) {
        return new BigInteger(1, at(index)).min(LARGEST).longValueExact();
    }

    Account accountAt(int index) {
        var word = at(index);
        for (int i = 0; i < ACCOUNT_FROM; i++) {
            if (word[i] != 0) {
                throw new IllegalArgumentException("not an address");
            }
        }
        return Account.ofLast(word);
    }

    /** Bytes of any length: the word says where they are. */
    byte[] bytesAt(int index) {
        int from = length(index);
        int length = length(slice(from, WORD));
        return slice(from + WORD, length);
    }

    private int length(int index) {
        return length(at(index));
    }

    private int length(byte[] word) {
        var number = new BigInteger(1, word);
        if (number.compareTo(BigInteger.valueOf(bytes.length)) > 0) {
            throw new IllegalArgumentException("leads out of what was said");
        }
        return number.intValueExact();
    }

    private byte[] slice(int from, int length) {
        if (from + length > bytes.length) {
            throw new IllegalArgumentException("ends too early");
        }
        return Arrays.copyOfRange(bytes, from, from + length);
    }
}
