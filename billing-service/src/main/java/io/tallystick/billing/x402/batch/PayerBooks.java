package io.tallystick.billing.x402.batch;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.channel.ChannelTimes;
import io.tallystick.billing.channel.Voucher;
import io.tallystick.billing.money.TokenAmount;

/**
 * What a payer's own books say it was charged when its call begins. After a stream they say more than ours: it was told
 * the most the stream could cost, because its charge was not known yet. What it is told next is less by as much.
 *
 * @param total at least what was charged
 * @param ahead whether that is more than was charged
 */
record PayerBooks(TokenAmount total, boolean ahead) {

    PayerBooks {
        requireNonNull(total, "total");
    }

    /**
     * Reads them from a voucher: a payer signs its total and this call's maximum. One that signs more by itself is not
     * believed beyond what it was told.
     */
    static PayerBooks of(ChannelTimes channel, Voucher voucher, TokenAmount maximum) {
        var charged = channel.channel().charged();
        var told = channel.announced().orElse(charged);
        var believed = voucher.ceiling().minusOrZero(maximum).lesser(told);
        return new PayerBooks(believed.greater(charged), believed.exceeds(charged));
    }

    /**
     * What the payer is told this call was charged, so that its books cover all that is spoken for.
     *
     * @param spokenFor charged and held on the channel
     * @param maximum more is not told for one call
     */
    TokenAmount told(TokenAmount spokenFor, TokenAmount maximum) {
        return spokenFor.minusOrZero(total).lesser(maximum);
    }
}
