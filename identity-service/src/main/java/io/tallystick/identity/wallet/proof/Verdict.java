package io.tallystick.identity.wallet.proof;

/** Whether a signature is an account's. */
public sealed interface Verdict {

    enum Proven implements Verdict {
        BY_KEY,
        BY_CONTRACT
    }

    enum Refused implements Verdict {
        /** Not by its key; and no node is configured that could say whether it is a contract's. */
        NOT_BY_KEY_AND_NO_NODE,
        /** Not by its key, and there is no contract at its address. */
        NOT_BY_KEY_AND_NO_CONTRACT,
        /** There is a contract, which did not say yes to it. */
        CONTRACT_SAID_NO
    }
}
