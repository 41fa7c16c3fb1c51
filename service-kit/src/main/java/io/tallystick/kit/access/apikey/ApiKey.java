package io.tallystick.kit.access.apikey;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * An API key as its bearer has it: {@code tsk_<id>_<secret><checksum>}. The id (16 hexadecimal digits) names it in lists
 * and logs; the secret is 32 random bytes in base64url; the checksum, CRC-32 of all before it in 8 hexadecimal digits,
 * tells a typing error from a key that does not hold, and a key in a text from what only looks like one.
 *
 * <p>Kept nowhere and written to nothing: {@link #toString()} does not say it.
 */
public final class ApiKey {
    /** What every API key begins with, and nothing else that authorizes a request does. */
    public static final String PREFIX = "tsk_";

    /** What an {@link #id()} looks like. */
    public static final String ID = "[0-9a-f]{16}";

    public static final int ID_BYTES = 8;
    public static final int SECRET_BYTES = 32;

    private static final int CHECKSUM_LENGTH = 8;
    private static final Pattern TEXT =
            Pattern.compile(PREFIX + "(" + ID + ")_[A-Za-z0-9_-]{43}[0-9a-f]{" + CHECKSUM_LENGTH + "}");

    /** The beginning of an API key wherever it stands, written out or percent-encoded. */
    private static final Pattern INSIDE = Pattern.compile("tsk(?:_|%5[Ff])" + ID + "(?:_|%5[Ff])");

    private final String id;
    private final String text;

    private ApiKey(String id, String text) {
        this.id = id;
        this.text = text;
    }

    /** A text that is no API key, and why. */
    public static final class Invalid extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Invalid(String message) {
            super(message, null, false, false);
        }
    }

    /** A new key of random bytes. */
    public static ApiKey of(byte[] id, byte[] secret) {
        if (id.length != ID_BYTES || secret.length != SECRET_BYTES) {
            throw new IllegalArgumentException("an API key is made of 8 and 32 bytes");
        }
        var name = HexFormat.of().formatHex(id);
        var body = PREFIX + name + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        return new ApiKey(name, body + checksum(body));
    }

    /** @throws Invalid if {@code text} cannot be one; whether there is such a key, nobody was asked */
    public static ApiKey parse(String text) {
        var matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new Invalid("An API key has the form tsk_<16 hexadecimal digits>_<51 characters>; copy it whole.");
        }
        var end = text.length() - CHECKSUM_LENGTH;
        if (!checksum(text.substring(0, end)).equals(text.substring(end))) {
            throw new Invalid("The API key's checksum is wrong, so it was mistyped or cut; copy it again.");
        }
        return new ApiKey(matcher.group(1), text);
    }

    /** Whether {@code text} is meant as an API key and not as an access token. */
    public static boolean isMeant(String text) {
        return text.startsWith(PREFIX);
    }

    /** Whether an API key stands somewhere in {@code text}, such as a URL. */
    public static boolean isInside(String text) {
        return INSIDE.matcher(text).find();
    }

    public String id() {
        return id;
    }

    /** SHA-256 of the text. Guessing 256 random bits is hopeless however fast the hash is, so it is no slow one. */
    public String hash() {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The key itself. For its bearer's eyes, once. */
    public String reveal() {
        return text;
    }

    @Override
    public String toString() {
        return PREFIX + id + "_…";
    }

    private static String checksum(String body) {
        var crc = new CRC32();
        crc.update(body.getBytes(US_ASCII));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
