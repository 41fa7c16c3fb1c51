package io.tallystick.billing.grant;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.TokenAmount;

/**
 * How much of a grant's budget is spent, by its agent and by all below it.
 *
 * <p>{@code spent + held <= budget}, here and in the table's check constraint. {@code spent} only rises.
 *
 * @param jti the grant
 * @param held maximums of calls under way
 */
public record GrantBudget(String jti, TokenAmount budget, TokenAmount spent, TokenAmount held) {
    public GrantBudget {
        requireNonNull(jti, "jti");
        if (spent.plus(held).exceeds(budget)) {
            throw new IllegalArgumentException("spent and held exceed the budget");
        }
    }

    /** What may still be held. */
    public TokenAmount left() {
        return budget.minus(spent).minus(held);
    }

    /** What may be left once the calls under way have ended, if they cost nothing. */
    public TokenAmount unspent() {
        return budget.minus(spent);
    }

    /** @throws IllegalArgumentException if it is above {@link #left} */
    public GrantBudget hold(TokenAmount maximum) {
        return new GrantBudget(jti, budget, spent, held.plus(maximum));
    }

    /**
     * Ends a call.
     *
     * @param wasHeld what is held for it, nothing if that was let go before
     * @param charge what it cost
     */
    public GrantBudget end(TokenAmount wasHeld, TokenAmount charge) {
        return new GrantBudget(jti, budget, spent.plus(charge), held.minus(wasHeld));
    }
}
