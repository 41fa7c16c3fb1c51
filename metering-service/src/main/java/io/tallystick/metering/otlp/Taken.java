package io.tallystick.metering.otlp;

import static java.util.Objects.requireNonNull;

/**
 * What came of a request.
 *
 * @param counted usage events that Kafka has
 * @param rejected spans or points that tell of usage and are not counted
 * @param why the first of the reasons, empty if none was rejected
 */
record Taken(int counted, long rejected, String why) {

    Taken {
        requireNonNull(why, "why");
    }

    /** While a request is read. */
    static final class Tally {
        private final String what;
        private long rejected;
        private String first = "";

        /** @param what is rejected, in the plural */
        Tally(String what) {
            this.what = what;
        }

        void refuse(String why) {
            refuse(1, why);
        }

        void refuse(long number, String why) {
            rejected += number;
            first = first.isEmpty() ? why : first;
        }

        Taken with(int counted) {
            return new Taken(counted, rejected, first.isEmpty() ? "" : rejected + " " + what + ", the first: " + first);
        }
    }
}
