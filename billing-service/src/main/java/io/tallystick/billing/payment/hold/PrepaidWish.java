package io.tallystick.billing.payment.hold;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.grant.GrantLine;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.payment.Attempt;
import io.tallystick.billing.payment.KnownCaller;
import java.util.Optional;
import java.util.Set;

/**
 * A known caller's call that is to be held.
 *
 * @param payers the accounts that are the caller's own
 * @param line the grants that it is spent under, if it is
 */
public record PrepaidWish(Attempt attempt, KnownCaller caller, Set<Address> payers, Optional<GrantLine> line) {
    public PrepaidWish {
        requireNonNull(attempt, "attempt");
        requireNonNull(caller, "caller");
        requireNonNull(line, "line");
        payers = Set.copyOf(payers);
    }
}
