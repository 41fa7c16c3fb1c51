package io.tallystick.billing.grant;

import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.events.GrantChanged;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.time.Instant;

@Entity(name = "GrantBudget")
@Table(name = "grant_budget")
class GrantBudgetEntity {
    @Id
    String id;

    @Column(updatable = false)
    String tenant;

    @Column(updatable = false)
    String jti;

    @Column(updatable = false)
    String parent;

    @Column(updatable = false)
    String client;

    @Column(updatable = false)
    String agent;

    @Column(updatable = false)
    String asset;

    @Column(updatable = false)
    BigInteger budget;

    BigInteger spent = BigInteger.ZERO;

    BigInteger held = BigInteger.ZERO;

    @Column(name = "expires_at", updatable = false)
    Instant expiresAt;

    static String id(GrantChanged grant) {
        return grant.tenant() + "/" + grant.jti();
    }

    GrantBudget toBudget() {
        return new GrantBudget(jti, amount(budget), amount(spent), amount(held));
    }

    void copyFrom(GrantBudget next) {
        spent = next.spent().units();
        held = next.held().units();
    }

    private TokenAmount amount(BigInteger units) {
        return new TokenAmount(Asset.parse(asset), units);
    }
}
