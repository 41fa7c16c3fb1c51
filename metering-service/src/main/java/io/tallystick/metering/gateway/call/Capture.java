package io.tallystick.metering.gateway.call;

/** How a hold ended. */
public sealed interface Capture {

    /**
     * Charged, or given back with nothing charged.
     *
     * @param nothingCharged whether the hold was given back whole
     * @param headers what the payer's client needs to keep its books; empty if there is nothing to tell
     */
    record Closed(boolean nothingCharged, Headers headers) implements Capture {}

    /** The payment could not be settled: the answer stays here. */
    record NotSettled(int status, String reason, Headers headers) implements Capture {}
}
