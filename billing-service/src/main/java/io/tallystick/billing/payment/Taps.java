package io.tallystick.billing.payment;

import io.tallystick.billing.money.Address;
import java.util.concurrent.CompletionStage;

/** Whether a payer may be served at all. Rating answers from what accounts owe for usage that was not paid at the call. */
public interface Taps {

    /** @param payer who says to pay; that is verified later, and only who is served has to be who he says */
    CompletionStage<Boolean> isOpen(String tenant, Address payer);
}
