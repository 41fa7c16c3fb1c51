package io.tallystick.billing.payment;

import io.tallystick.billing.money.Ratio;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** One way to pay: verifies a payment and holds its maximum, charges it, or gives it up. */
public interface PaymentScheme {

    /** The scheme's name on the wire. */
    String name();

    /** Verifies a payment for a call and sets its maximum aside. Idempotent by the call's id. */
    CompletionStage<Authorization> authorize(Attempt attempt, Instant now);

    /** Charges a hold; idempotent. */
    CompletionStage<Settlement> capture(Hold hold, Ratio cost, Instant now);

    /** Charges a hold whose usage is recorded, without waiting for the chain: what is sent is sent later; idempotent. */
    default CompletionStage<Settlement> captureRecorded(Hold hold, Ratio cost, Instant now) {
        return capture(hold, cost, now);
    }

    /** What the payer of a streamed call is told when its answer begins; empty if nothing is. */
    default String announcement(Hold hold) {
        return "";
    }

    /** Gives a hold up; idempotent. */
    CompletionStage<Settlement> release(Hold hold, String reason, Instant now);
}
