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
        UNAVAILABLE
    }
}
