package io.tallystick.billing.settlement;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.chain.abi.ClaimRow;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.Signature;
import java.util.Optional;

/**
 * What may be claimed of a channel now.
 *
 * @param total the channel's running total once it is claimed; above what was claimed before
 */
public record Claimable(Channel channel, ClaimRow row, TokenAmount total) {

    public Claimable {
        requireNonNull(channel, "channel");
        requireNonNull(row, "row");
        if (!total.exceeds(channel.claimed())) {
            throw new IllegalArgumentException("nothing to claim: " + channel.id());
        }
    }

    /**
     * All that is charged, as far as the contract still has it.
     *
     * @param signer who will send the claim
     * @return nothing if nothing is to be had, or not by {@code signer}
     */
    public static Optional<Claimable> of(Channel channel, Address signer) {
        var total = channel.charged().lesser(channel.chain().balance());
        var config = channel.config();
        var mayClaim = signer.equals(config.receiver()) || signer.equals(config.receiverAuthorizer());
        if (!mayClaim || !total.exceeds(channel.claimed())) {
            return Optional.empty();
        }
        return channel.voucher()
                .flatMap(voucher -> Signature.parse(voucher.signature())
                        .map(signature -> new ClaimRow(config, voucher.ceiling().units(), signature, total.units())))
                .map(row -> new Claimable(channel, row, total));
    }

    /** What claiming it adds. */
    public TokenAmount added() {
        return total.minus(channel.claimed());
    }
}
