package io.tallystick.billing.chain.rpc;

import io.tallystick.billing.chain.rpc.JsonRpc.Answer.Refusal;
import java.util.Locale;

/** How a node says that a contract refuses. */
final class Reverts {
    private static final int REVERTED = 3;
    private static final int LONGEST_REASON = 200;

    private Reverts() {}

    static boolean is(Refusal refusal) {
        var message = refusal.message().toLowerCase(Locale.ROOT);
        return refusal.code() == REVERTED || message.contains("revert") || message.contains("out of gas");
    }

    /** The node's words, and the contract's as bytes if it gave some: the first four name its error. */
    static String reason(Refusal refusal) {
        var reason = refusal.data().isEmpty() ? refusal.message() : refusal.message() + " " + refusal.data();
        return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON);
    }
}
