package io.tallystick.metering.usage.event;

import io.tallystick.metering.meter.Numeral;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells a retry from another event that took the same id. Covers type, subject and data: the order of JSON's members and
 * the space between them do not matter, nor does the time, which some senders set anew with each try.
 */
final class BodyDigest {
    private final Fingerprint fingerprint = new Fingerprint();

    private BodyDigest() {}

    /** @param data a tree of {@link Map}, {@link List}, {@link String}, {@link Numeral}, {@link Boolean} and null */
    static long of(String type, String subject, Object data) {
        var digest = new BodyDigest();
        digest.fingerprint.add(type);
        digest.fingerprint.add(subject);
        digest.add(data);
        return digest.fingerprint.toLong();
    }

    private void add(Object value) {
        switch (value) {
            case null -> fingerprint.add(0);
            case String text -> kind(1, text);
            case Numeral(var text) -> kind(2, text);
            case Boolean flag -> kind(3, flag.toString());
            case List<?> array -> {
                fingerprint.add(4);
                fingerprint.add(array.size());
                array.forEach(this::add);
            }
            case Map<?, ?> object -> {
                fingerprint.add(5);
                fingerprint.add(object.size());
                new TreeMap<>(object).forEach((name, member) -> {
                    fingerprint.add((String) name);
                    add(member);
                });
            }
            default -> throw new IllegalArgumentException("not JSON data: " + value.getClass());
        }
    }

    private void kind(int kind, String text) {
        fingerprint.add(kind);
        fingerprint.add(text);
    }
}
