package io.tallystick.billing.ledger;

import io.tallystick.billing.ledger.Transfer.Entry;
import io.tallystick.billing.ledger.Transfer.Pending;
import io.tallystick.billing.ledger.Transfer.Post;
import io.tallystick.billing.ledger.Transfer.Posted;
import io.tallystick.billing.ledger.Transfer.Resolution;
import io.tallystick.billing.ledger.Transfer.Void;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.time.Instant;
import org.hibernate.annotations.Immutable;

/** A transfer. Its tenant and asset stand in every row, a resolution's too, so that books are told apart. */
@Entity
@Immutable
@Table(name = "transfer")
class TransferEntity {
    @Id
    String id;

    @Column(nullable = false)
    String tenant;

    @Column(nullable = false)
    String asset;

    @Column(nullable = false)
    String kind;

    String debit;

    String credit;

    @Column(precision = 39)
    BigInteger units;

    @Column(name = "pending_id")
    String pendingId;

    @Column(name = "booked_at", nullable = false)
    Instant bookedAt;

    /** @param books any account of the books that the transfer belongs to */
    static TransferEntity of(Transfer transfer, LedgerAccount books, Instant now) {
        var row = new TransferEntity();
        row.id = transfer.id();
        row.tenant = books.tenant();
        row.asset = books.asset().id();
        row.bookedAt = now;
        row.kind = switch (transfer) {
            case Posted _ -> "POSTED";
            case Pending _ -> "PENDING";
            case Post _ -> "POST";
            case Void _ -> "VOID";
        };
        switch (transfer) {
            case Entry entry -> {
                row.debit = entry.debit().name();
                row.credit = entry.credit().name();
                row.units = entry.amount().units();
            }
            case Resolution resolution -> row.pendingId = resolution.pendingId();
        }
        return row;
    }

    Transfer toTransfer() {
        return switch (kind) {
            case "POSTED" -> new Posted(id, account(debit), account(credit), amount());
            case "PENDING" -> new Pending(id, account(debit), account(credit), amount());
            case "POST" -> new Post(id, pendingId);
            case "VOID" -> new Void(id, pendingId);
            default -> throw new IllegalStateException("not a kind of transfer: " + kind);
        };
    }

    private LedgerAccount account(String name) {
        return LedgerAccount.named(tenant, Asset.parse(asset), name);
    }

    private TokenAmount amount() {
        return new TokenAmount(Asset.parse(asset), units);
    }
}
