package io.tallystick.metering.gateway.openai;

import java.util.Map;

/**
 * How large a call may be.
 *
 * @param outputTokens the most a model generates for one choice, and what a request without its own limit is held for
 * @param outputTokensByModel the same for single models
 * @param choices the most choices ({@code n}) of one request
 * @param inputs the most texts of one embeddings request
 * @param templateTokens what a model server's chat template may add to a conversation as a whole
 */
public record Limits(
        int outputTokens, Map<String, Integer> outputTokensByModel, int choices, int inputs, int templateTokens) {

    public Limits {
        outputTokensByModel = Map.copyOf(outputTokensByModel);
        if (outputTokens < 1 || choices < 1 || inputs < 1 || templateTokens < 0) {
            throw new IllegalArgumentException("limits below one");
        }
    }

    public int outputTokensOf(String model) {
        return outputTokensByModel.getOrDefault(model, outputTokens);
    }
}
