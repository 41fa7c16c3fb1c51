package io.tallystick.billing.ledger;

import io.tallystick.billing.ledger.Transfer.Pending;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.util.Optional;

/** How far the ledger has followed a channel. */
@Entity
@Table(name = "channel_books")
class ChannelBooksEntity {
    @Id
    @Column(name = "channel_id")
    String channelId;

    @Column(updatable = false, nullable = false)
    String tenant;

    @Column(updatable = false, nullable = false)
    String asset;

    @Column(precision = 39, nullable = false)
    BigInteger charged;

    @Column(precision = 39, nullable = false)
    BigInteger claimed;

    @Column(name = "pending_id")
    String pendingId;

    @Column(name = "pending_units", precision = 39)
    BigInteger pendingUnits;

    @Column(nullable = false)
    long claims;

    ChannelBooks toBooks() {
        var account = LedgerAccount.channel(tenant, Asset.parse(asset), channelId);
        return new ChannelBooks(account, amount(charged), amount(claimed), pending(account), claims);
    }

    private Optional<Pending> pending(LedgerAccount account) {
        return Optional.ofNullable(pendingId)
                .map(id ->
                        new Pending(id, LedgerAccount.claimed(tenant, account.asset()), account, amount(pendingUnits)));
    }

    void copyFrom(ChannelBooks books) {
        charged = books.charged().units();
        claimed = books.claimed().units();
        pendingId = books.pending().map(Pending::id).orElse(null);
        pendingUnits = books.pending().map(pending -> pending.amount().units()).orElse(null);
        claims = books.claims();
    }

    private TokenAmount amount(BigInteger units) {
        return new TokenAmount(Asset.parse(asset), units);
    }
}
