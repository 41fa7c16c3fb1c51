package io.tallystick.identity.did.ethr;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Nodes of EVM chains, asked by JSON-RPC. Every outcome is a value. */
interface Node {

    /** @param left how long the answer may take */
    CompletionStage<Said> ask(Network network, String request, Duration left);

    sealed interface Said {

        /** @param text an answer of status 200, whatever it says */
        record Answer(String text) implements Said {}

        /** Nothing that could be used, or not in time. */
        record Silence(String detail) implements Said {}
    }
}
