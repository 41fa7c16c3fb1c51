package io.tallystick.metering.gateway.call;

import io.tallystick.metering.gateway.openai.CallUsage;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** Where calls are paid. A stage that fails means that billing gave no answer, which says nothing about the payment. */
public interface Payments {

    /** Takes a hold of the most that {@code call} can cost, or says why not. */
    CompletionStage<Authorization> authorize(PaidCall call);

    /** Charges what was used, once however often it is asked. */
    CompletionStage<Capture> capture(String holdId, CallUsage usage);

    /** Keeps an open hold for longer; answers until when. Fails where it is not known to be kept. */
    CompletionStage<Instant> renew(String holdId);

    /** Gives the hold back. If it was captured before, that is what it answers. */
    CompletionStage<Capture> release(String holdId, String reason);
}
