package io.tallystick.identity.credential.status;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** The bits of a status list (W3C Bitstring Status List 1.0), the first at the left of the first byte. */
public final class StatusList {
    /** As few as the standard allows, so that a credential is one of many. */
    public static final int PLACES = 131_072;

    /** Nobody needs more than a million; what unpacks to more was made to fill our memory. */
    private static final int MAX_BYTES = 1 << 17;

    private static final int MIN_BYTES = PLACES / 8;

    private final byte[] bits;

    private StatusList(byte[] bits) {
        this.bits = bits;
    }

    /** A list of {@link #PLACES}, of which these are set. */
    public static StatusList of(List<Integer> set) {
        var bits = new byte[MIN_BYTES];
        set.forEach(index -> bits[index >> 3] |= (byte) (0x80 >> (index & 7)));
        return new StatusList(bits);
    }

    /**
     * Reads an {@code encodedList}.
     *
     * @throws IllegalArgumentException if it is none, or has too few or too many places; the message says which
     */
    public static StatusList decode(String encoded) {
        if (!encoded.startsWith("u")) {
            throw new IllegalArgumentException("encodedList must be multibase base64url, which begins with u");
        }
        byte[] packed;
        try {
            packed = Base64.getUrlDecoder().decode(encoded.substring(1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("encodedList is not base64url", e);
        }
        var bits = unpacked(packed);
        if (bits.length < MIN_BYTES) {
            throw new IllegalArgumentException("encodedList has fewer than " + PLACES + " entries");
        }
        return new StatusList(bits);
    }

    /** One byte more than may be there is unpacked, to know. */
    private static byte[] unpacked(byte[] packed) {
        byte[] bits;
        try (var in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            bits = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new IllegalArgumentException("encodedList is not packed with GZIP", e);
        }
        if (bits.length > MAX_BYTES) {
            throw new IllegalArgumentException("encodedList unpacks to more than " + MAX_BYTES + " bytes");
        }
        return bits;
    }

    /** The {@code encodedList}. */
    public String encoded() {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(bits);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "u" + Base64.getUrlEncoder().withoutPadding().encodeToString(packed.toByteArray());
    }

    public int places() {
        return bits.length * 8;
    }

    /** @param index below {@link #places()} */
    public boolean isSet(int index) {
        return (bits[index >> 3] & (0x80 >> (index & 7))) != 0;
    }
}
