package io.tallystick.billing.chain.abi;

import io.tallystick.billing.signature.Words;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * An answer of a contract, as words.
 *
 * <p>Anything but the words expected is a fault of whoever answered: a node that lies, or an address without the
 * contract.
 */
public final class AbiReader {
    private final byte[] bytes;

    /** @throws IllegalArgumentException unless there are exactly {@code words} */
    public AbiReader(byte[] bytes, int words) {
        if (bytes.length != words * Words.SIZE) {
            throw new IllegalArgumentException("expected " + words + " words, not " + bytes.length + " bytes");
        }
        this.bytes = bytes.clone();
    }

    /** @throws IllegalArgumentException if the word does not fit {@code bits} */
    public BigInteger uint(int word, int bits) {
        int from = word * Words.SIZE;
        var value = new BigInteger(1, Arrays.copyOfRange(bytes, from, from + Words.SIZE));
        if (value.bitLength() > bits) {
            throw new IllegalArgumentException("word " + word + " does not fit uint" + bits);
        }
        return value;
    }

    public boolean bool(int word) {
        return uint(word, 1).signum() > 0;
    }
}
