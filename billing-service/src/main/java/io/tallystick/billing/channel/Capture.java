package io.tallystick.billing.channel;

import io.tallystick.billing.money.TokenAmount;

/**
 * A hold turned into a charge.
 *
 * @param charge what this call added to the channel's charged total
 * @param uncovered whole units of the call's cost that neither its hold nor the voucher covered: lost
 */
public record Capture(Channel channel, TokenAmount charge, TokenAmount uncovered) {}
