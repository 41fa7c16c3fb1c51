package io.tallystick.billing.rating.account;

import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.rating.Account;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.time.Instant;

/** An account, and how it is billed. */
@Entity
@Table(name = "account")
class AccountEntity {
    @EmbeddedId
    Key key;

    /** Null until the card has a version. */
    String asset;

    @Column(nullable = false)
    String card;

    @Column(name = "versions_rated", nullable = false)
    int versionsRated;

    @Column(updatable = false, nullable = false)
    String period;

    /** Null until the subject's payer is known. */
    String payer;

    @Column(precision = 39, nullable = false)
    BigInteger debited = BigInteger.ZERO;

    @Column(precision = 39, nullable = false)
    BigInteger credited = BigInteger.ZERO;

    @Column(precision = 39, nullable = false)
    BigInteger charged = BigInteger.ZERO;

    @Column(name = "limit_units", precision = 39, nullable = false)
    BigInteger limitUnits;

    @Column(name = "closed_until", nullable = false)
    Instant closedUntil;

    @Column(name = "debited_booked", precision = 39, nullable = false)
    BigInteger debitedBooked = BigInteger.ZERO;

    @Column(name = "credited_booked", precision = 39, nullable = false)
    BigInteger creditedBooked = BigInteger.ZERO;

    @Column(nullable = false)
    long version;

    /** Null while all is well. */
    String fault;

    @Column(name = "fault_at")
    Instant faultAt;

    @Embeddable
    record Key(String tenant, String subject) {}

    boolean isPriced() {
        return asset != null;
    }

    /** The step that found {@code solved} went well now. */
    void recovered(AccountFault solved) {
        if (solved.code().equals(fault)) {
            fault = null;
            faultAt = null;
        }
    }

    Account toAccount() {
        var counted = Asset.parse(asset);
        return new Account(
                new TokenAmount(counted, debited),
                new TokenAmount(counted, credited),
                new TokenAmount(counted, charged),
                new TokenAmount(counted, limitUnits),
                closedUntil);
    }

    void copyFrom(Account account) {
        debited = account.debited().units();
        credited = account.credited().units();
        charged = account.charged().units();
        limitUnits = account.limit().units();
        closedUntil = account.closedUntil();
        version++;
    }
}
