package io.tallystick.billing.channel;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import java.util.Optional;

/**
 * A payer's escrowed deposit with one payee, and how much of it is spoken for.
 *
 * <p>Decisions keep {@code claimed <= charged} and {@code charged + held <= min(authorized, deposited -
 * withdrawn)}. Facts from the chain are stored even when they break the second half: a payer may leave.
 * What is then missing is the {@link #shortfall}, and the channel is {@link #closing}.
 *
 * @param tenant whose sales it pays
 * @param base what the contract had paid out before we knew the channel; {@code charged} begins there, and none of it is
 *     the tenant's
 * @param authorized the highest running total the payer signed; never falls
 * @param voucher the signature of that total; absent where we only know from the chain that one exists
 * @param charged the running total of captured calls; never falls
 * @param held maximums of calls under way
 * @param carried the part of a unit that captured calls cost beyond {@code charged}: {@code 0 <= carried <
 *     1}, so that rounding happens on the running total and never per call
 * @param refund a refund that is on its way to the chain
 * @param chain what the contract says
 */
public record Channel(
        ChannelId id,
        String tenant,
        ChannelConfig config,
        TokenAmount base,
        TokenAmount authorized,
        Optional<Voucher> voucher,
        TokenAmount charged,
        TokenAmount held,
        Ratio carried,
        Refunding refund,
        OnChain chain) {

    /** Fractions finer than this are dropped, so that no price change can make a row grow without end. */
    private static final int CARRIED_BITS = 256;

    public Channel {
        requireNonNull(id, "id");
        requireNonNull(tenant, "tenant");
        requireNonNull(config, "config");
        requireNonNull(voucher, "voucher");
        requireNonNull(chain, "chain");
        requireNonNull(refund, "refund");
        if (base.exceeds(charged)) {
            throw new IllegalArgumentException("base exceeds charged");
        }
        if (charged.plus(held).exceeds(authorized)) {
            throw new IllegalArgumentException("charged and held exceed authorized");
        }
        if (carried.floor().signum() != 0) {
            throw new IllegalArgumentException("carried is a whole unit or more");
        }
    }

    /**
     * A channel seen for the first time. What the contract already paid out for it was charged by someone
     * before, so all totals begin there.
     */
    public static Channel opened(
            ChannelId id, String tenant, ChannelConfig config, Asset asset, ChannelReading reading) {
        var chain = OnChain.unseen(asset).seen(reading);
        var base = chain.claimed().pending();
        var zero = TokenAmount.zero(asset);

        return new Channel(
                id, tenant, config, base, base, Optional.empty(), base, zero, Ratio.ZERO, Refunding.none(asset), chain);
    }

    /** Decides on a voucher whose signature recovered to {@code signer}. */
    public VoucherResult accept(Voucher offered, Address signer) {
        if (!signer.equals(config.voucherSigner())) {
            return VoucherResult.Rejected.WRONG_SIGNER;
        }
        // Before CHANNEL_CLOSING, so that a retry is answered alike after the channel closes.
        if (!offered.ceiling().exceeds(authorized)) {
            return new VoucherResult.AlreadyCovered(this);
        }
        if (closing()) {
            return VoucherResult.Rejected.CHANNEL_CLOSING;
        }
        if (offered.ceiling().exceeds(drawable())) {
            return VoucherResult.Rejected.DEPOSIT_EXCEEDED;
        }
        var signed = Optional.of(offered);
        var next =
                new Channel(id, tenant, config, base, offered.ceiling(), signed, charged, held, carried, refund, chain);
        return new VoucherResult.Accepted(next, offered.ceiling().minus(authorized));
    }

    /** Sets a call's maximum aside. */
    public HoldResult hold(TokenAmount maximum) {
        var spoken = spokenFor().plus(maximum);
        if (closing()) {
            return HoldResult.Refused.CHANNEL_CLOSING;
        }
        if (spoken.exceeds(authorized)) {
            return HoldResult.Refused.NOT_AUTHORIZED;
        }
        if (spoken.exceeds(drawable())) {
            return HoldResult.Refused.NOT_DEPOSITED;
        }
        return new HoldResult.Held(with(charged, held.plus(maximum), carried));
    }

    /**
     * Sets the maximum of a call aside that comes without a voucher of its own.
     *
     * @param ceiling up to which total the payer signed without a call, see {@link #roomForAccounts}
     */
    public HoldResult holdPrepaid(TokenAmount maximum, TokenAmount ceiling) {
        return !closing() && maximum.exceeds(roomForAccounts(ceiling))
                ? HoldResult.Refused.NOT_AUTHORIZED
                : hold(maximum);
    }

    /**
     * Charges what a call cost and lets the rest of its hold go. Never refused: the call was given.
     *
     * @param maximum what was held for it; no more than that is charged
     */
    public Capture capture(TokenAmount maximum, Ratio cost) {
        return charge(cost, maximum, held.minus(maximum));
    }

    /**
     * Charges a call whose hold had already lapsed, as far as the channel still covers it. The voucher
     * may have been spent on other calls since, and the deposit refunded.
     */
    public Capture captureLate(TokenAmount maximum, Ratio cost) {
        return charge(cost, maximum.lesser(room()), held);
    }

    /** Lets a hold go: nothing was given for it. */
    public Channel release(TokenAmount maximum) {
        return with(charged, held.minus(maximum), carried);
    }

    /**
     * Charges what the payer owes for usage that was not paid at the call.
     *
     * @throws IllegalArgumentException if {@code amount} is above {@link #room}
     */
    public Channel allocate(TokenAmount amount) {
        if (amount.exceeds(room())) {
            throw new IllegalArgumentException("more than there is room for: " + amount.units());
        }
        return with(charged.plus(amount), held, carried);
    }

    /**
     * Sets aside what is to go back to the payer; at most what nobody charged or holds, and one refund at a time. It is
     * to be signed for the contract's count of refunds as it was read last.
     */
    public Optional<Channel> refunding(TokenAmount amount) {
        return !refunding().isZero() || amount.exceeds(free())
                ? Optional.empty()
                : Optional.of(withRefund(new Refunding(amount, chain.refundNonce())));
    }

    /** The refund is on the chain for good, or never will be; what it did is in the readings. */
    public Channel refunded() {
        return withRefund(Refunding.none(charged.asset()));
    }

    /** The newest block's reading: a fact, so nothing is checked. */
    public Channel seen(ChannelReading reading) {
        return withChain(chain.seen(reading));
    }

    /** A final block's reading. */
    public Channel finalized(ChannelReading reading) {
        return withChain(chain.finalized(reading));
    }

    /** The payer's DID; the address in lower case, so that one wallet is one subject. */
    public String payer() {
        return payer(charged.asset(), config.payer());
    }

    /** A wallet's DID. */
    public static String payer(Asset asset, Address wallet) {
        return "did:pkh:" + asset.network() + ":" + wallet;
    }

    public TokenAmount claimed() {
        return chain.claimed().pending();
    }

    /** Set aside for a refund, whether the balance is without it already or not. */
    public TokenAmount refunding() {
        return refund.amount();
    }

    /** What the tenant was paid here: charged, less what somebody charged before we knew the channel. */
    public TokenAmount earned() {
        return charged.minus(base);
    }

    /** Charged and held together. */
    public TokenAmount spokenFor() {
        return charged.plus(held);
    }

    /**
     * How much may be charged for accounts: no more than the payer signed for them. What a call's voucher leaves is not
     * theirs to take.
     *
     * @param ceiling of the channel's whole total, calls and holds among it
     */
    public TokenAmount roomForAccounts(TokenAmount ceiling) {
        return room().lesser(ceiling.minusOrZero(spokenFor()));
    }

    /** How much more may be charged or held: signed, deposited, and not spoken for. */
    public TokenAmount room() {
        return authorized.lesser(drawable()).minusOrZero(spokenFor());
    }

    /** What nobody charged or holds. */
    public TokenAmount free() {
        return drawable().minusOrZero(spokenFor());
    }

    /** What the contract could still pay us, a refund on its way already taken off. */
    public TokenAmount drawable() {
        return refund.reached(chain) ? chain.balance() : chain.balance().minusOrZero(refund.amount());
    }

    /** Charged and not yet claimed: what is lost if the payer's deposit vanished now. */
    public TokenAmount exposure() {
        return charged.minusOrZero(claimed());
    }

    /** Charged, but no longer in the contract: what a payer's exit left uncovered. */
    public TokenAmount shortfall() {
        return charged.minusOrZero(chain.balance());
    }

    /** The payer asked to leave, or left: claim what is due and serve no more. */
    public boolean closing() {
        return chain.leaving() || !shortfall().isZero();
    }

    private Capture charge(Ratio cost, TokenAmount limit, TokenAmount stillHeld) {
        var exact = carried.plus(cost);
        var whole = new TokenAmount(charged.asset(), exact.floor().min(TokenAmount.MOST));
        if (whole.exceeds(limit)) {
            return new Capture(with(charged.plus(limit), stillHeld, carried), limit, whole.minus(limit));
        }
        var rest = exact.fraction();
        var kept = rest.denominator().bitLength() > CARRIED_BITS ? Ratio.ZERO : rest;
        return new Capture(with(charged.plus(whole), stillHeld, kept), whole, TokenAmount.zero(charged.asset()));
    }

    private Channel with(TokenAmount nowCharged, TokenAmount nowHeld, Ratio nowCarried) {
        return new Channel(
                id, tenant, config, base, authorized, voucher, nowCharged, nowHeld, nowCarried, refund, chain);
    }

    private Channel withRefund(Refunding next) {
        return new Channel(id, tenant, config, base, authorized, voucher, charged, held, carried, next, chain);
    }

    private Channel withChain(OnChain next) {
        return new Channel(id, tenant, config, base, authorized, voucher, charged, held, carried, refund, next);
    }
}
