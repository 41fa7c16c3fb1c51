package io.tallystick.metering.gateway.call;

import io.tallystick.metering.gateway.openai.CallUsage;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** Where the usage of calls is recorded. */
public interface CallLog {

    /** Completes when the record is durable; fails when it is not known to be. */
    CompletionStage<Void> append(Entry entry);

    /**
     * What one call used.
     *
     * @param subject who paid
     * @param upstream the model server that served it
     * @param time when the answer was complete
     */
    record Entry(String holdId, String subject, PaidCall call, CallUsage usage, String upstream, Instant time) {}
}
