package io.tallystick.billing.settlement;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.ChannelId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Vouchers of one provider that are claimed, and paid out to it, in one transaction. One without vouchers pays out what
 * was claimed before.
 *
 * @param amount what it adds to what was claimed before; where it claims nothing, what it pays out
 * @param call what is sent; stored with the plan, so that it is the same after a restart
 */
public record Settlement(
        UUID id,
        String tenant,
        Address receiver,
        TokenAmount amount,
        Call call,
        List<Claim> claims,
        Instant plannedAt) {

    /**
     * One channel's part.
     *
     * @param total the channel's running total once it is claimed
     * @param added how much of that is new
     */
    public record Claim(ChannelId channel, TokenAmount total, TokenAmount added) {
        public Claim {
            requireNonNull(channel, "channel");
            if (added.isZero() || added.exceeds(total)) {
                throw new IllegalArgumentException("adds nothing, or more than the total: " + channel);
            }
        }
    }

    public Settlement {
        requireNonNull(id, "id");
        requireNonNull(tenant, "tenant");
        requireNonNull(receiver, "receiver");
        requireNonNull(amount, "amount");
        requireNonNull(call, "call");
        requireNonNull(plannedAt, "plannedAt");
        claims = List.copyOf(claims);
        if (amount.isZero()) {
            throw new IllegalArgumentException("a settlement moves nothing");
        }
    }

    /** What the chain is asked for: once for each settlement, however often it is submitted. */
    public Intent intent() {
        return new Intent("claim:" + id, call);
    }

    public List<ChannelId> channels() {
        return claims.stream().map(Claim::channel).toList();
    }
}
