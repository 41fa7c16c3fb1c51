package io.tallystick.billing.x402.batch;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.ChannelId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.time.Instant;
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

    String state = "open";

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    static RefundEntity of(ChannelId channel, Address payer, BigInteger amount, Call call, Instant now) {
        var row = new RefundEntity();
        row.id = UUID.randomUUID();
        row.channel = channel.hex();
        row.payer = payer.hex();
        row.amount = amount;
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
