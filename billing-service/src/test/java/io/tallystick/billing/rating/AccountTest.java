package io.tallystick.billing.rating;

import static io.tallystick.billing.rating.Cards.hour;
import static io.tallystick.billing.rating.Cards.units;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.billing.money.TokenAmount;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class AccountTest {
    static final Period FIRST = new Period(hour(0), hour(24));
    static final Period SECOND = new Period(hour(24), hour(48));
    static final Period THIRD = new Period(hour(48), hour(72));

    static PeriodCharge cost(Period period, long units) {
        return costing(period, BigInteger.valueOf(units));
    }

    static PeriodCharge costing(Period period, BigInteger units) {
        return new PeriodCharge(period, units, List.of(), List.of());
    }

    static Charge charge(Period bookedIn, Period usedIn, long debited, long credited) {
        return new Charge(bookedIn, usedIn, units(debited), units(credited));
    }

    static Account account(long debited, long credited, long charged, long limit) {
        return new Account(units(debited), units(credited), units(charged), units(limit), hour(0));
    }

    @Nested
    class GivenAnOpenPeriodThatCostTen {
        final Account account = account(10, 0, 0, 100);
        final List<Charge> booked = List.of(charge(FIRST, FIRST, 10, 0));

        @Test
        void debitsWhatItCostsMore() {
            assertThat(account.follow(cost(FIRST, 12), booked, FIRST))
                    .isEqualTo(new Account.Booked(account(12, 0, 0, 100), charge(FIRST, FIRST, 12, 0)));
        }

        @Test
        void creditsWhatItCostsLessAndNeverLowersADebit() {
            assertThat(account.follow(cost(FIRST, 4), booked, FIRST))
                    .isEqualTo(new Account.Booked(account(10, 6, 0, 100), charge(FIRST, FIRST, 10, 6)));
        }

        @Test
        void booksTheSameCostOnce() {
            assertThat(account.follow(cost(FIRST, 10), booked, FIRST)).isEqualTo(Account.Unchanged.ALREADY_BOOKED);
        }
    }

    @Nested
    class GivenACostThatNoTokenCanPay {
        final BigInteger tooMuch = TokenAmount.MOST.add(BigInteger.ONE);

        @Test
        void saysSoAndBooksNothing() {
            assertThat(account(0, 0, 0, 100).follow(costing(FIRST, tooMuch), List.of(), FIRST))
                    .isEqualTo(Account.Unchanged.MORE_THAN_A_TOKEN_HOLDS);
        }

        @Test
        void countsWhatOtherPeriodsCostToo() {
            assertThat(account(10, 0, 0, 100).follow(costing(SECOND, TokenAmount.MOST), List.of(), SECOND))
                    .isEqualTo(Account.Unchanged.MORE_THAN_A_TOKEN_HOLDS);
        }

        @Test
        void booksTheMostThatATokenHolds() {
            assertThat(account(0, 0, 0, 100).follow(costing(FIRST, TokenAmount.MOST), List.of(), FIRST))
                    .isInstanceOf(Account.Booked.class);
        }
    }

    @Nested
    class GivenAClosedPeriodThatCostTen {
        final Account account = account(10, 0, 0, 100).closedUntil(hour(24));
        final List<Charge> booked = List.of(charge(FIRST, FIRST, 10, 0));

        @Test
        void billsALateEventAsAnAdjustmentInTheOpenPeriod() {
            assertThat(account.follow(cost(FIRST, 13), booked, SECOND))
                    .isEqualTo(new Account.Booked(
                            account(13, 0, 0, 100).closedUntil(hour(24)), charge(SECOND, FIRST, 3, 0)));
        }

        @Test
        void givesBackInTheOpenPeriodWhatWasVoidedLater() {
            var result = (Account.Booked) account.follow(cost(FIRST, 0), booked, SECOND);

            assertThat(result.charge()).isEqualTo(charge(SECOND, FIRST, 0, 10));
            assertThat(result.charge().isAdjustment()).isTrue();
            assertThat(result.charge().netUnits()).isEqualTo(-10);
            assertThat(result.account().rated()).isEqualTo(units(0));
        }

        @Test
        void countsEarlierAdjustmentsOfTheSamePeriod() {
            var account = account(13, 0, 0, 100).closedUntil(hour(48));
            var booked = List.of(charge(FIRST, FIRST, 10, 0), charge(SECOND, FIRST, 3, 0));

            assertThat(account.follow(cost(FIRST, 11), booked, THIRD))
                    .isEqualTo(new Account.Booked(
                            account(13, 2, 0, 100).closedUntil(hour(48)), charge(THIRD, FIRST, 0, 2)));
        }

        @Test
        void neverBooksIntoAClosedPeriod() {
            assertThatThrownBy(() -> account.follow(cost(FIRST, 13), booked, FIRST))
                    .hasMessageContaining("closed");
        }

        @Test
        void staysClosed() {
            assertThat(account.closedUntil(hour(0)).isClosed(FIRST)).isTrue();
        }
    }

    @Test
    void theLimitClosesTheTapAndRefusesNoBooking() {
        var account = account(90, 0, 0, 100);
        var booked = List.of(charge(FIRST, FIRST, 90, 0));

        var result = (Account.Booked) account.follow(cost(FIRST, 150), booked, FIRST);

        assertThat(result.account().receivable()).isEqualTo(units(150));
        assertThat(result.account().available()).isEqualTo(units(0));
    }

    @Test
    void allocatesNoMoreThanIsOwedAndNoMoreThanTheChannelTakes() {
        assertThat(account(50, 10, 25, 0).allocate(units(100)).amount()).isEqualTo(units(15));
        assertThat(account(50, 10, 25, 0).allocate(units(4)).amount()).isEqualTo(units(4));
        assertThat(account(50, 10, 25, 0).allocate(units(4)).account().receivable())
                .isEqualTo(units(11));
    }

    @Test
    void whatWasCoveredAndThenTakenBackIsCredit() {
        var account = account(50, 30, 40, 0);

        assertThat(account.receivable()).isEqualTo(units(0));
        assertThat(account.credit()).isEqualTo(units(20));
        assertThat(account.allocate(units(100)).amount()).isEqualTo(units(0));
    }
}
