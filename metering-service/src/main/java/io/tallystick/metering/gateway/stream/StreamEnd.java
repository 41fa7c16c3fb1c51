package io.tallystick.metering.gateway.stream;

import io.tallystick.metering.gateway.call.Answer.Outcome;
import java.util.Locale;

/** Why a stream ended. */
enum StreamEnd {
    COMPLETE(Outcome.SERVED),
    CLIENT_GONE(Outcome.CLIENT_GONE),
    CLIENT_STALLED(Outcome.CLIENT_GONE),
    UPSTREAM_BROKEN(Outcome.UPSTREAM_BROKE),
    UPSTREAM_SILENT(Outcome.UPSTREAM_BROKE),
    TOO_LONG(Outcome.CUT),
    HOLD_ENDS(Outcome.CUT);

    private final Outcome outcome;

    StreamEnd(Outcome outcome) {
        this.outcome = outcome;
    }

    Outcome outcome() {
        return outcome;
    }

    /** Why the hold is given back, in billing's books. */
    String reason() {
        return "stream_" + name().toLowerCase(Locale.ROOT);
    }
}
