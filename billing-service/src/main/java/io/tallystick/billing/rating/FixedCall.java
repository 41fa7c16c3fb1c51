package io.tallystick.billing.rating;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.TokenAmount;

/**
 * A call that costs the same whatever it consumes.
 *
 * @param route the path called, such as {@code /v1/embeddings}
 * @param model the model asked for, or {@link #ANY_MODEL}
 * @param price token units a call
 */
public record FixedCall(String route, String model, TokenAmount price) {

    public static final String ANY_MODEL = "*";

    public FixedCall {
        requireNonNull(price, "price");
        if (route.isBlank() || model.isBlank()) {
            throw new IllegalArgumentException("a fixed call needs a route and a model (or *)");
        }
    }

    boolean matches(String calledRoute, String calledModel) {
        return route.equals(calledRoute) && (model.equals(ANY_MODEL) || model.equals(calledModel));
    }
}
