package io.tallystick.billing.x402.batch;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import java.math.BigInteger;
import java.util.Optional;

/** What a payer sends to pay from a channel. */
public sealed interface BatchPayload {

    ChannelConfig config();

    Signed voucher();

    /**
     * A voucher as it came; nothing of it is proven.
     *
     * @param signature hexadecimal digits, as sent
     */
    record Signed(ChannelId channelId, BigInteger maxClaimableAmount, String signature) {
        public Signed {
            requireNonNull(channelId, "channelId");
            requireNonNull(signature, "signature");
            if (maxClaimableAmount.signum() < 0 || maxClaimableAmount.bitLength() > 128) {
                throw new IllegalArgumentException("maxClaimableAmount outside uint128");
            }
        }
    }

    record VoucherOnly(ChannelConfig config, Signed voucher) implements BatchPayload {}

    /**
     * Tokens for the channel, authorized by EIP-3009.
     *
     * @param validAfter Unix seconds
     * @param validBefore Unix seconds
     */
    record Deposit(
            ChannelConfig config,
            Signed voucher,
            BigInteger amount,
            BigInteger validAfter,
            BigInteger validBefore,
            BigInteger salt,
            String signature)
            implements BatchPayload {
        public Deposit {
            if (amount.signum() <= 0 || amount.bitLength() > 128) {
                throw new IllegalArgumentException("deposit outside uint128");
            }
        }
    }

    /** The payer wants tokens back; all that is not spoken for if it names no amount. */
    record Refund(ChannelConfig config, Signed voucher, Optional<BigInteger> amount) implements BatchPayload {
        public Refund {
            if (amount.filter(units -> units.bitLength() > 128).isPresent()) {
                throw new IllegalArgumentException("refund outside uint128");
            }
        }
    }
}
