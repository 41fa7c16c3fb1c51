package io.tallystick.metering.gateway.upstream;

/** A provider's key. No record, because a record would print it. */
public final class ProviderKey {
    private final String text;

    /** @throws IllegalArgumentException if it cannot be sent in a header; the message does not quote it */
    public ProviderKey(String text) {
        if (text.isEmpty() || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException(
                    "is no key: write it on one line, of printable characters, without spaces");
        }
        this.text = text;
    }

    String text() {
        return text;
    }

    @Override
    public String toString() {
        return "(a key)";
    }
}
