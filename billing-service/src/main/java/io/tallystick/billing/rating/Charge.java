package io.tallystick.billing.rating;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.TokenAmount;
import java.math.BigInteger;

/**
 * What one period's usage costs, as it was booked in the same or a later period: two totals that only rise.
 *
 * @param bookedIn the period whose bill it stands on
 * @param usedIn the period of the usage; an earlier one makes this an adjustment of a bill already closed
 * @param debited token units ever charged
 * @param credited token units taken back because of voids, late events or volume tiers; in an adjustment it may exceed
 *     {@code debited}
 */
public record Charge(Period bookedIn, Period usedIn, TokenAmount debited, TokenAmount credited) {

    public Charge {
        requireNonNull(debited, "debited");
        requireNonNull(credited, "credited");
        if (bookedIn.start().isBefore(usedIn.start())) {
            throw new IllegalArgumentException("booked before it was used: " + bookedIn.start());
        }
        if (bookedIn.equals(usedIn) && credited.exceeds(debited)) {
            throw new IllegalArgumentException("credited exceeds debited");
        }
    }

    static Charge none(Period bookedIn, Period usedIn, TokenAmount zero) {
        return new Charge(bookedIn, usedIn, zero, zero);
    }

    public boolean isAdjustment() {
        return !bookedIn.equals(usedIn);
    }

    /** Token units that it adds to the bill; below zero in an adjustment that takes back more than it charges. */
    public BigInteger netUnits() {
        return debited.units().subtract(credited.units());
    }

    Charge debit(TokenAmount amount) {
        return new Charge(bookedIn, usedIn, debited.plus(amount), credited);
    }

    Charge credit(TokenAmount amount) {
        return new Charge(bookedIn, usedIn, debited, credited.plus(amount));
    }
}
