package io.tallystick.billing.channel;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import java.math.BigInteger;

/**
 * The chain's side of a channel: facts, stored whatever they say.
 *
 * <p>The contract tells a balance, not what went in and out. The two totals are told apart by what the balance did: it
 * rose by a deposit and fell by a withdrawal or refund. Their difference is always the contract's balance.
 *
 * @param withdrawRequestedAtSeconds when the payer asked to leave, in Unix seconds; 0 if it did not
 * @param refundNonce the contract's count of refunds
 * @param block the newest block read; an older reading is late and changes nothing
 * @param finalBlock the newest final block read
 */
public record OnChain(
        ChainTotal deposited,
        ChainTotal withdrawn,
        ChainTotal claimed,
        long withdrawRequestedAtSeconds,
        BigInteger refundNonce,
        long block,
        long finalBlock) {

    public OnChain {
        requireNonNull(deposited, "deposited");
        requireNonNull(withdrawn, "withdrawn");
        requireNonNull(claimed, "claimed");
        requireNonNull(refundNonce, "refundNonce");
    }

    /** A channel the chain was not asked about yet. */
    public static OnChain unseen(Asset asset) {
        var zero = ChainTotal.zero(asset);
        return new OnChain(zero, zero, zero, 0, BigInteger.ZERO, 0, 0);
    }

    /** What the payer has in the contract: {@code deposited - withdrawn}, at the newest block. */
    public TokenAmount balance() {
        return deposited.pending().minusOrZero(withdrawn.pending());
    }

    public TokenAmount finalBalance() {
        return deposited.finalized().minusOrZero(withdrawn.finalized());
    }

    public boolean leaving() {
        return withdrawRequestedAtSeconds != 0;
    }

    /** The newest block says so. Repeated, it changes nothing; late, it is not looked at. */
    public OnChain seen(ChannelReading reading) {
        if (reading.block() < block) {
            return this;
        }
        var since = undone(reading)
                ? new OnChain(
                        deposited.undone(), withdrawn.undone(), claimed.undone(), 0, refundNonce, block, finalBlock)
                : this;
        var balance = amount(reading.balance());
        return new OnChain(
                deposited.seen(since.deposited.pending().plus(balance.minusOrZero(since.balance()))),
                withdrawn.seen(since.withdrawn.pending().plus(since.balance().minusOrZero(balance))),
                claimed.seen(amount(reading.totalClaimed())),
                reading.withdrawRequestedAtSeconds(),
                reading.refundNonce(),
                reading.block(),
                finalBlock);
    }

    /** A final block says so. What the newest block said stands above it as before. */
    public OnChain finalized(ChannelReading reading) {
        if (reading.block() < finalBlock) {
            return this;
        }
        var ahead = block > reading.block() ? this : seen(reading);
        var balance = amount(reading.balance());
        var in = deposited.finalized().plus(balance.minusOrZero(finalBalance()));
        var out = withdrawn.finalized().plus(finalBalance().minusOrZero(balance));
        // What was final without ever being seen pending raises both totals, so that their difference stays.
        var unseen = in.minusOrZero(ahead.deposited.pending()).greater(out.minusOrZero(ahead.withdrawn.pending()));

        return new OnChain(
                deposited.finalized(in).seen(ahead.deposited.pending().plus(unseen)),
                withdrawn.finalized(out).seen(ahead.withdrawn.pending().plus(unseen)),
                ahead.claimed.finalized(amount(reading.totalClaimed())),
                ahead.withdrawRequestedAtSeconds,
                ahead.refundNonce,
                ahead.block,
                reading.block());
    }

    /**
     * Whether blocks that were seen are gone: a total fell that never does, or the balance fell though nobody was
     * refunded or had asked to leave.
     */
    private boolean undone(ChannelReading reading) {
        var fell = reading.balance().compareTo(balance().units()) < 0;
        return reading.totalClaimed().compareTo(claimed.pending().units()) < 0
                || reading.refundNonce().compareTo(refundNonce) < 0
                || (fell && reading.refundNonce().equals(refundNonce) && !leaving());
    }

    private TokenAmount amount(BigInteger units) {
        return new TokenAmount(deposited.pending().asset(), units);
    }
}
