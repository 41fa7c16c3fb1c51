package io.tallystick.metering.gateway.openai;

import static java.util.Objects.requireNonNull;

/**
 * A call before it is served: what it can use at most.
 *
 * @param inputBound input tokens it cannot exceed
 * @param outputBound output tokens it cannot exceed, over all choices; 0 where the route generates nothing
 * @param inputEstimate input tokens it has if nobody counts them; {@code <= inputBound}
 * @param inputIsCounted whether the estimate is a count, because the request lists its tokens
 * @param form how the answer is to come
 */
public record CallRequest(
        PaidRoute route,
        String model,
        long inputBound,
        long outputBound,
        long inputEstimate,
        boolean inputIsCounted,
        AnswerForm form)
        implements RequestReading {

    public CallRequest {
        requireNonNull(route, "route");
        requireNonNull(model, "model");
        requireNonNull(form, "form");
        if (outputBound < 0 || inputEstimate < 0 || inputEstimate > inputBound) {
            throw new IllegalArgumentException("bounds out of order");
        }
    }

    /** A call whose answer comes whole. */
    public CallRequest(
            PaidRoute route,
            String model,
            long inputBound,
            long outputBound,
            long inputEstimate,
            boolean inputIsCounted) {
        this(route, model, inputBound, outputBound, inputEstimate, inputIsCounted, AnswerForm.WHOLE);
    }

    /** The smallest call of a route: what a GET on a paid path shows an offer for. */
    public static CallRequest smallest(PaidRoute route, String model) {
        return new CallRequest(route, model, 1, route == PaidRoute.EMBEDDINGS ? 0 : 1, 1, false);
    }

    /**
     * The most this call can use, whatever the model answers.
     *
     * @param input the bucket that input costs most in; how it will be split is not known before
     * @param output the same for output
     */
    public Quantities maximum(Bucket input, Bucket output) {
        return Quantities.oneRequest().with(input, inputBound).with(output, outputBound);
    }
}
