package io.tallystick.billing.signature;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A secp256k1 key that signs. Never shows itself: {@link #toString} says nothing of it. */
public final class PrivateKey {
    private static final Pattern FORM = Pattern.compile("0x[0-9a-fA-F]{64}");
    private static final BigInteger ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

    private final byte[] secret;

    private PrivateKey(byte[] secret) {
        this.secret = secret;
    }

    /** @throws IllegalArgumentException unless {@code text} is {@code 0x} and 32 bytes that are a key */
    public static PrivateKey parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("a private key is written as 0x and 64 hexadecimal digits");
        }
        var secret = HexFormat.of().parseHex(text, 2, text.length());
        var number = new BigInteger(1, secret);
        if (number.signum() == 0 || number.compareTo(ORDER) >= 0) {
            throw new IllegalArgumentException("not a private key of secp256k1");
        }
        return new PrivateKey(secret);
    }

    /** The key itself: for the arithmetic, and for nothing else. */
    public byte[] secret() {
        return secret.clone();
    }

    @Override
    public String toString() {
        return "PrivateKey[…]";
    }
}
