package io.tallystick.metering.gateway.stream;

import io.tallystick.metering.gateway.call.Body;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Reads and counts the texts of streams. */
public interface StreamTexts {

    /** A request that asks for the usage at the end; all else stays as it is, byte for byte. */
    Body askingForUsage(Body request);

    /** The object that an event's data is; empty if it is none. */
    Optional<Map<String, Object>> object(String data);

    /** How many tokens a text has. */
    long tokens(String text);

    /** How many tokens the prompt of a request has; never on the caller's thread, which may be a server's. */
    CompletionStage<Long> promptTokens(Body request);
}
