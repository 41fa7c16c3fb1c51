package io.tallystick.metering.meter;

import java.time.Instant;
import java.util.random.RandomGenerator;

/** Ids of meters are ULIDs, as OpenMeter's: 48 bits of time, 80 of chance, in Crockford's base 32. */
final class MeterId {
    private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();

    private MeterId() {}

    static String of(Instant now, RandomGenerator random) {
        var id = new char[26];
        var millis = now.toEpochMilli();
        for (int i = 9; i >= 0; i--) {
            id[i] = DIGITS[(int) (millis & 31)];
            millis >>>= 5;
        }
        for (int i = 10; i < id.length; i++) {
            id[i] = DIGITS[random.nextInt(DIGITS.length)];
        }
        return new String(id);
    }
}
