package io.tallystick.billing.signature;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A channel's name on its chain: the EIP-712 digest of its {@link ChannelConfig}.
 *
 * @param hex {@code 0x} and 64 hexadecimal digits, in lower case
 */
public record ChannelId(String hex) implements Comparable<ChannelId> {

    private static final Pattern SHAPE = Pattern.compile("0x[0-9a-f]{64}");

    public ChannelId {
        requireNonNull(hex, "hex");
        if (!SHAPE.matcher(hex).matches()) {
            throw new IllegalArgumentException("not a channel id: 0x and 64 hexadecimal digits in lower case expected");
        }
    }

    /** Reads an id in any case. */
    public static ChannelId of(String text) {
        return new ChannelId(text.toLowerCase(Locale.ROOT));
    }

    @Override
    public int compareTo(ChannelId other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
