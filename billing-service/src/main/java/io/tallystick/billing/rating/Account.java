package io.tallystick.billing.rating;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.TokenAmount;
import java.time.Instant;
import java.util.Collection;

/**
 * What one subject owes one provider for usage that was not paid at the call.
 *
 * <p>{@code credited <= debited}. All four totals only rise, and so does {@code closedUntil}.
 *
 * @param debited token units ever charged, over all periods
 * @param credited token units ever taken back
 * @param charged token units moved to the subject's channels, where the payer's vouchers cover them
 * @param limit the most the subject may owe before the tap closes
 * @param closedUntil end of the newest closed period; usage before it is billed as an adjustment
 */
public record Account(
        TokenAmount debited, TokenAmount credited, TokenAmount charged, TokenAmount limit, Instant closedUntil) {

    public Account {
        requireNonNull(charged, "charged");
        requireNonNull(limit, "limit");
        requireNonNull(closedUntil, "closedUntil");
        if (credited.exceeds(debited)) {
            throw new IllegalArgumentException("credited exceeds debited");
        }
    }

    public static Account opened(TokenAmount limit) {
        var zero = TokenAmount.zero(limit.asset());
        return new Account(zero, zero, zero, limit, Instant.EPOCH);
    }

    /** What the subject's usage costs. */
    public TokenAmount rated() {
        return debited.minus(credited);
    }

    /** What the subject owes: rated and not yet covered by a channel. */
    public TokenAmount receivable() {
        return rated().minusOrZero(charged);
    }

    /** Covered by a channel before it was taken back: it pays for what is used next. */
    public TokenAmount credit() {
        return charged.minusOrZero(rated());
    }

    /** How much more the subject may owe. At zero the tap closes: no further authorize. Bookings go on. */
    public TokenAmount available() {
        return limit.minusOrZero(receivable());
    }

    public Account withLimit(TokenAmount newLimit) {
        return new Account(debited, credited, charged, newLimit, closedUntil);
    }

    /** Closes every period that ends at or before {@code end}. Closed periods stay closed. */
    public Account closedUntil(Instant end) {
        return end.isAfter(closedUntil) ? new Account(debited, credited, charged, limit, end) : this;
    }

    public boolean isClosed(Period period) {
        return !period.end().isAfter(closedUntil);
    }

    /**
     * Books what a period's usage costs now. The difference to what was booked for it goes to the period itself, or,
     * once that is closed, to {@code open} as an adjustment.
     *
     * @param booked everything booked for the usage of {@code cost.period()} so far
     * @param open the period that bills now; not closed
     */
    public Booking follow(PeriodCharge cost, Collection<Charge> booked, Period open) {
        if (isClosed(open)) {
            throw new IllegalArgumentException("the open period is closed: " + open.start());
        }
        var used = cost.period();
        var zero = TokenAmount.zero(debited.asset());
        var owed = booked.stream().map(Charge::debited).reduce(zero, TokenAmount::plus);
        var before = owed.minus(booked.stream().map(Charge::credited).reduce(zero, TokenAmount::plus));
        if (before.units().equals(cost.units())) {
            return Unchanged.ALREADY_BOOKED;
        }
        var more = cost.units().subtract(before.units());
        if (debited.units().add(more).compareTo(TokenAmount.MOST) > 0) {
            return Unchanged.MORE_THAN_A_TOKEN_HOLDS;
        }
        var bookedIn = isClosed(used) ? open : used;
        var charge = booked.stream()
                .filter(each -> each.bookedIn().equals(bookedIn))
                .findFirst()
                .orElse(Charge.none(bookedIn, used, zero));

        return more.signum() > 0
                ? debit(charge, new TokenAmount(debited.asset(), more))
                : credit(charge, new TokenAmount(debited.asset(), more.negate()));
    }

    private Booked debit(Charge charge, TokenAmount amount) {
        return new Booked(
                new Account(debited.plus(amount), credited, charged, limit, closedUntil), charge.debit(amount));
    }

    private Booked credit(Charge charge, TokenAmount amount) {
        return new Booked(
                new Account(debited, credited.plus(amount), charged, limit, closedUntil), charge.credit(amount));
    }

    /** Moves what is owed to a channel that can take {@code room} more. */
    public Allocation allocate(TokenAmount room) {
        var amount = receivable().lesser(room);
        return new Allocation(new Account(debited, credited, charged.plus(amount), limit, closedUntil), amount);
    }

    /** {@code amount} is the channel's to charge; it may be zero. */
    public record Allocation(Account account, TokenAmount amount) {}

    /** What became of a period's cost. */
    public sealed interface Booking {}

    /** The account, and the one charge that moved. */
    public record Booked(Account account, Charge charge) implements Booking {}

    public enum Unchanged implements Booking {
        ALREADY_BOOKED,
        /** What the account owes in all would exceed what a contract can pay out: prices or usage are wrong. */
        MORE_THAN_A_TOKEN_HOLDS
    }
}
