package io.tallystick.metering.usage.ingest;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a sender would like to be answered, after RFC 7240. */
final class Preference {
    /** The preference for the results of single events, as it is asked for and as it is confirmed. */
    static final String REPRESENTATION = "return=representation";

    private static final String MINIMAL = "return=minimal";

    private Preference() {}

    /** Whether the results are asked for: of a preference that stands twice, the first holds. */
    static boolean isForResults(List<String> preferHeaders) {
        return preferHeaders.stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .map(preference ->
                        preference.split(";", 2)[0].replaceAll("[\\s\"]", "").toLowerCase(Locale.ROOT))
                .filter(preference -> preference.equals(REPRESENTATION) || preference.equals(MINIMAL))
                .findFirst()
                .map(REPRESENTATION::equals)
                .orElse(false);
    }
}
