package io.tallystick.billing.x402.batch;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.money.Address;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

@Entity(name = "Refund")
@Table(name = "refund")
class RefundEntity {
    @Id
    UUID id;

    @Column(updatable = false)
    String channel;

    @Column(updatable = false)
    String payer;

    @Column(updatable = false)
    BigInteger amount;

    @Column(name = "call_to", updatable = false)
    String callTo;

    @Column(name = "call_data", updatable = false)
    String callData;

    /** What is claimed in the same transaction: the channel's running total, or null if nothing was due. */
    @Column(updatable = false)
    BigInteger claimed;

    String state = "open";

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** @param claimed the running total that {@code call} claims as well */
    static RefundEntity of(Channel channel, BigInteger amount, Optional<BigInteger> claimed, Call call, Instant now) {
        var row = new RefundEntity();
        row.id = UUID.randomUUID();
        row.channel = channel.id().hex();
        row.payer = channel.config().payer().hex();
        row.amount = amount;
        row.claimed = claimed.orElse(null);
        row.callTo = call.to().hex();
        row.callData = call.data();
        row.createdAt = now;
        return row;
    }

    /** The same call under the same name, however often it is asked for. */
    Intent toIntent() {
        return new Intent("refund:" + id, new Call(new Address(callTo), callData));
    }
}
