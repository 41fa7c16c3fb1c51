package io.tallystick.metering.gateway.openai;

/** What a request turned out to be: a call whose size is bounded, or an error to answer before any payment. */
public sealed interface RequestReading permits CallRequest, ApiError {}
