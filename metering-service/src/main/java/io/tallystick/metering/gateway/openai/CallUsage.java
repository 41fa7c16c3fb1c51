package io.tallystick.metering.gateway.openai;

import static java.util.Objects.requireNonNull;

/** What a call used, and who says so. */
public record CallUsage(Quantities quantities, UsageSource source) implements AnswerReading {

    public CallUsage {
        requireNonNull(quantities, "quantities");
        requireNonNull(source, "source");
    }
}
