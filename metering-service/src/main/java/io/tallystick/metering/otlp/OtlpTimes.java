package io.tallystick.metering.otlp;

import java.time.Instant;

/** OTLP's times: nanoseconds since 1970. */
final class OtlpTimes {
    private static final long SECOND = 1_000_000_000L;

    private OtlpTimes() {}

    /** Kept to the microsecond, as the database does. */
    static Instant of(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND) / 1_000 * 1_000);
    }

    static long of(Instant time) {
        return time.getEpochSecond() * SECOND + time.getNano();
    }
}
