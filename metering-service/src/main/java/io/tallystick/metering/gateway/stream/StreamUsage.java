package io.tallystick.metering.gateway.stream;

import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.CallUsage;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Follows the events of a stream for what it used so far, in the words of one API. */
interface StreamUsage {

    /** What is to be done with an event. */
    enum Step {
        PASS,
        /** It is not the client's to see. */
        HIDE,
        /** It ends the stream. */
        LAST
    }

    static StreamUsage of(CallRequest request, ToLongFunction<String> tokens) {
        return switch (request.route()) {
            case CHAT_COMPLETIONS -> new ChatUsage(request, tokens);
            case MESSAGES -> new MessagesUsage(request, tokens);
            case EMBEDDINGS -> throw new IllegalArgumentException("embeddings are not streamed");
        };
    }

    Step read(Map<String, Object> event);

    /** Whether anything was generated. */
    boolean hasOutput();

    /** Whether the model said that it is done, though the stream's last event is missing. */
    boolean isFinished();

    /** What the model server said the call used, if it did. */
    Optional<CallUsage> told();

    /** What was passed on, counted here. */
    CallUsage counted(long promptTokens);
}
