package io.tallystick.billing.settlement;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.settlement.Settlement.Claim;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

@Entity(name = "Settlement")
@Table(name = "settlement")
class SettlementEntity {
    @Id
    UUID id;

    @Column(insertable = false, updatable = false)
    Long number;

    @Column(updatable = false)
    String tenant;

    @Column(name = "chain_id", updatable = false)
    long chainId;

    @Column(updatable = false)
    String token;

    @Column(updatable = false)
    String receiver;

    @Column(updatable = false)
    BigInteger amount;

    @Column(updatable = false, columnDefinition = "text")
    String calldata;

    String state;

    long seen;

    int attempts;

    boolean failed;

    @Column(name = "gas_used")
    long gasUsed;

    @Column(name = "planned_at", updatable = false)
    Instant plannedAt;

    @Column(name = "changed_at")
    Instant changedAt;

    @Column(updatable = false)
    String traceparent;

    static SettlementEntity of(Settlement settlement, String trace) {
        var row = new SettlementEntity();
        row.id = settlement.id();
        row.tenant = settlement.tenant();
        row.chainId = settlement.amount().asset().chainId();
        row.token = settlement.amount().asset().contract().hex();
        row.receiver = settlement.receiver().hex();
        row.amount = settlement.amount().units();
        row.calldata = settlement.call().data();
        row.state = "planned";
        row.seen = -1;
        row.plannedAt = settlement.plannedAt();
        row.changedAt = settlement.plannedAt();
        row.traceparent = trace.isEmpty() ? null : trace;
        return row;
    }

    /** @param escrow the contract that every settlement is sent to */
    Followed toFollowed(List<Claim> claims, Address escrow) {
        var settlement = new Settlement(
                id,
                tenant,
                new Address(receiver),
                new TokenAmount(asset(), amount),
                new Call(escrow, calldata),
                claims,
                plannedAt);
        return new Followed(settlement, number, state, seen, attempts, gasUsed, traceparent == null ? "" : traceparent);
    }

    Asset asset() {
        return new Asset(chainId, new Address(token));
    }
}
