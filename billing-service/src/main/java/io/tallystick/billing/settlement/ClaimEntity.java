package io.tallystick.billing.settlement;

import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.settlement.Settlement.Claim;
import io.tallystick.billing.signature.ChannelId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.util.UUID;

@Entity(name = "SettlementClaim")
@Table(name = "settlement_claim")
@IdClass(ClaimEntity.Key.class)
class ClaimEntity {
    record Key(UUID settlementId, String channelId) {}

    @Id
    @Column(name = "settlement_id")
    UUID settlementId;

    @Id
    @Column(name = "channel_id")
    String channelId;

    @Column(updatable = false)
    BigInteger total;

    @Column(updatable = false)
    BigInteger added;

    boolean open;

    static ClaimEntity of(UUID settlement, Claim claim) {
        var row = new ClaimEntity();
        row.settlementId = settlement;
        row.channelId = claim.channel().hex();
        row.total = claim.total().units();
        row.added = claim.added().units();
        row.open = true;
        return row;
    }

    Claim toClaim(Asset asset) {
        return new Claim(new ChannelId(channelId), new TokenAmount(asset, total), new TokenAmount(asset, added));
    }
}
