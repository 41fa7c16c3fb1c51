package io.tallystick.billing.rating.account;

import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.rating.Charge;
import io.tallystick.billing.rating.Period;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.time.Instant;

/** What one period's usage costs, as booked in the same or a later period. */
@Entity
@Table(name = "charge")
class ChargeEntity {
    @EmbeddedId
    Key key;

    @Column(name = "used_until", updatable = false, nullable = false)
    Instant usedUntil;

    @Column(name = "booked_until", updatable = false, nullable = false)
    Instant bookedUntil;

    @Column(precision = 39, nullable = false)
    BigInteger debited;

    @Column(precision = 39, nullable = false)
    BigInteger credited;

    @Embeddable
    record Key(
            String tenant,
            String subject,
            @Column(name = "used_from") Instant usedFrom,
            @Column(name = "booked_from") Instant bookedFrom) {}

    static Key key(AccountEntity.Key account, Charge charge) {
        return new Key(
                account.tenant(),
                account.subject(),
                charge.usedIn().start(),
                charge.bookedIn().start());
    }

    static ChargeEntity of(AccountEntity.Key account, Charge charge) {
        var row = new ChargeEntity();
        row.key = key(account, charge);
        row.usedUntil = charge.usedIn().end();
        row.bookedUntil = charge.bookedIn().end();
        row.copyFrom(charge);
        return row;
    }

    Charge toCharge(Asset asset) {
        return new Charge(
                new Period(key.bookedFrom(), bookedUntil),
                new Period(key.usedFrom(), usedUntil),
                new TokenAmount(asset, debited),
                new TokenAmount(asset, credited));
    }

    void copyFrom(Charge charge) {
        debited = charge.debited().units();
        credited = charge.credited().units();
    }
}
