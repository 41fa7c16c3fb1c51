package io.tallystick.metering.gateway.call;

import io.tallystick.metering.gateway.openai.ApiError;

/** What the client is answered. */
public sealed interface Answer {

    /** How the call ended, in the words of the metrics. */
    Outcome outcome();

    /** The model server's answer as it came, with what billing says of the payment. */
    record Delivered(Outcome outcome, ModelAnswer.Answered answer, Headers payment) implements Answer {}

    /** An error of the gateway's own. */
    record Failed(Outcome outcome, ApiError error, Headers payment) implements Answer {}

    /** A payment without a call, such as a refund. */
    record PaidOnly(int status, Headers payment) implements Answer {
        @Override
        public Outcome outcome() {
            return Outcome.REFUNDED;
        }
    }

    /** A stream that began, so nothing is left to write. */
    record Streamed(Outcome outcome) implements Answer {}

    enum Outcome {
        SERVED,
        /** Served while billing did not answer the capture: it charges from the record, or the call was free. */
        CAPTURED_LATER,
        UNPAID,
        REFUNDED,
        REPLAYED,
        INVALID,
        UPSTREAM_REFUSED,
        UPSTREAM_FAILED,
        NOT_RECORDED,
        CHARGE_UNKNOWN,
        NOT_SETTLED,
        /** A stream whose client hung up or read too slowly: charged for what it got. */
        CLIENT_GONE,
        /** A stream that the model server did not finish: charged for what was passed on. */
        UPSTREAM_BROKE,
        /** A stream that we ended, because it lasted too long or its hold could not be kept: charged likewise. */
        CUT,
        UNAVAILABLE
    }
}
