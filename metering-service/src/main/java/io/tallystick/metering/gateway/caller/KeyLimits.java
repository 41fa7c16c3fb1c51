package io.tallystick.metering.gateway.caller;

import io.tallystick.kit.access.apikey.UsedKey;
import io.tallystick.metering.gateway.caller.TokenBuckets.Taking;
import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.openai.CallRequest;
import java.util.Map;
import java.util.Optional;

/**
 * Holds API keys to the models and the tokens per minute that they may use. The most that a call can use is taken before
 * it, so that a key is never over its limit, whatever its calls answer.
 */
public final class KeyLimits {
    private static final String ANY = "*";

    private final TokenBuckets buckets = new TokenBuckets();

    /** Whether a call may be made, and what it took. */
    public sealed interface Permission {
        record Permitted(Allowance allowance) implements Permission {}

        record Refused(Admission.Refused refusal) implements Permission {}
    }

    /** Takes what a call can use at most from its buyer's API key, if it came with one. */
    public Permission permit(Buyer buyer, CallRequest request, long nanoTime) {
        return switch (buyer) {
            case Buyer.Stranger _ -> new Permission.Permitted(Allowance.unlimited());
            case Buyer.Known known ->
                known.apiKey()
                        .map(key -> permit(key, request, nanoTime))
                        .orElseGet(() -> new Permission.Permitted(Allowance.unlimited()));
        };
    }

    private Permission permit(UsedKey key, CallRequest request, long nanoTime) {
        var refusal = ofModel(key, request);
        return refusal.isPresent() ? refused(refusal.get()) : tokens(key, request, nanoTime);
    }

    private static Optional<ApiError> ofModel(UsedKey key, CallRequest request) {
        return key.models().contains(ANY) || key.models().contains(request.model())
                ? Optional.empty()
                : Optional.of(new ApiError(
                        403,
                        "This API key may not call this model. Use another key, or one of its models.",
                        "invalid_request_error",
                        "model",
                        "model_not_allowed"));
    }

    private Permission tokens(UsedKey key, CallRequest request, long nanoTime) {
        var most = Math.addExact(request.inputBound(), request.outputBound());
        var perMinute = key.tokensPerMinute();
        return switch (buckets.take(key.id(), most, perMinute, nanoTime)) {
            case Taking.Taken _ ->
                new Permission.Permitted(
                        new Allowance(most, (back, later) -> buckets.giveBack(key.id(), back, perMinute, later)));
            case Taking.TooSoon(var seconds) ->
                new Permission.Refused(Admission.tooMuch(
                        "tokens",
                        "This API key may use %d tokens per minute here, and this call may use %d; wait for Retry-After."
                                .formatted(perMinute, most),
                        seconds));
            case Taking.TooMany _ ->
                refused(ApiError.invalid(
                        400,
                        "tokens_above_limit",
                        "This API key may use %d tokens per minute, and this call alone may use %d. Set a lower max_tokens, or send less."
                                .formatted(perMinute, most)));
        };
    }

    private static Permission refused(ApiError error) {
        return new Permission.Refused(new Admission.Refused(error, Map.of()));
    }
}
