package io.tallystick.metering.gateway.openai;

import java.util.Optional;
import java.util.stream.Stream;

/** A path that is sold by the call. */
public enum PaidRoute {
    CHAT_COMPLETIONS("/v1/chat/completions", "chat", "Chat completion by a language model"),
    EMBEDDINGS("/v1/embeddings", "embeddings", "Embedding vectors of text"),
    /** Anthropic's API. */
    MESSAGES("/v1/messages", "chat", "Message by a language model");

    private final String path;
    private final String operation;
    private final String description;

    PaidRoute(String path, String operation, String description) {
        this.path = path;
        this.operation = operation;
        this.description = description;
    }

    public String path() {
        return path;
    }

    /** OpenTelemetry's {@code gen_ai.operation.name}. */
    public String operation() {
        return operation;
    }

    /** What a payer reads in the offer. */
    public String description() {
        return description;
    }

    public static Optional<PaidRoute> of(String path) {
        return Stream.of(values()).filter(route -> route.path.equals(path)).findFirst();
    }
}
