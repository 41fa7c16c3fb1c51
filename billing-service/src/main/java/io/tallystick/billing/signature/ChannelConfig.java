package io.tallystick.billing.signature;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Address;
import java.util.regex.Pattern;

/**
 * What a channel is made of and what its id is the digest of; a change of any field is another channel.
 *
 * @param payer whose deposit it is
 * @param payerAuthorizer whose key signs vouchers; zero if the payer is a contract that checks them itself
 * @param receiver to whom claims are paid
 * @param receiverAuthorizer whose key may claim and refund for the receiver
 * @param token the ERC-20 contract
 * @param withdrawDelaySeconds from a payer's wish to leave until it may; fits {@code uint40}
 * @param salt {@code 0x} and 64 hexadecimal digits in lower case; tells one payer's channels apart
 */
public record ChannelConfig(
        Address payer,
        Address payerAuthorizer,
        Address receiver,
        Address receiverAuthorizer,
        Address token,
        long withdrawDelaySeconds,
        String salt) {

    private static final Pattern SALT = Pattern.compile("0x[0-9a-f]{64}");

    public ChannelConfig {
        requireNonNull(payer, "payer");
        requireNonNull(payerAuthorizer, "payerAuthorizer");
        requireNonNull(receiver, "receiver");
        requireNonNull(receiverAuthorizer, "receiverAuthorizer");
        requireNonNull(token, "token");
        if (withdrawDelaySeconds < 0 || withdrawDelaySeconds >= 1L << 40) {
            throw new IllegalArgumentException("withdraw delay outside uint40: " + withdrawDelaySeconds);
        }
        if (!SALT.matcher(salt).matches()) {
            throw new IllegalArgumentException("not a salt: 0x and 64 hexadecimal digits in lower case expected");
        }
    }

    /** Whose key has to have signed a voucher. */
    public Address voucherSigner() {
        return payerAuthorizer.isZero() ? payer : payerAuthorizer;
    }
}
