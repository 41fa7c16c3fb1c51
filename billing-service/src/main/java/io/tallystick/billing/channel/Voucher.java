package io.tallystick.billing.channel;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.TokenAmount;

/**
 * A payer's signed running total: up to {@code ceiling} may be claimed on the channel in all.
 *
 * @param ceiling the running total; x402's {@code maxClaimableAmount}
 * @param signature 65 bytes as {@code 0x} and hexadecimal digits, as a claim carries it
 */
public record Voucher(TokenAmount ceiling, String signature) {

    public Voucher {
        requireNonNull(ceiling, "ceiling");
        requireNonNull(signature, "signature");
    }
}
