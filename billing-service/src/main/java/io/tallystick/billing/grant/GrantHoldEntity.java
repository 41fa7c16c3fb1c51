package io.tallystick.billing.grant;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.util.UUID;

@Entity(name = "GrantHold")
@Table(name = "grant_hold")
class GrantHoldEntity {
    @Id
    String id;

    @Column(updatable = false)
    UUID hold;

    @Column(name = "grant_budget", updatable = false)
    String grantBudget;

    BigInteger held;

    BigInteger spent = BigInteger.ZERO;

    static GrantHoldEntity of(UUID hold, GrantBudgetEntity budget, BigInteger held) {
        var row = new GrantHoldEntity();
        row.id = hold + "/" + budget.jti;
        row.hold = hold;
        row.grantBudget = budget.id;
        row.held = held;
        return row;
    }
}
