package io.tallystick.billing.channel;

import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import java.math.BigInteger;

/** Channels, vouchers and readings for tests. */
public class ExampleChannels {
    public static final Asset USDC = Asset.parse("eip155:84532/erc20:0x036CbD53842c5426634e7929541eC2318f3dCF7e");
    public static final Address PAYER = Address.of("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    public static final Address STRANGER = Address.of("0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65");
    public static final ChannelConfig CONFIG = new ChannelConfig(
            PAYER,
            PAYER,
            Address.of("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
            Address.of("0x90F79bf6EB2c4f870365E785982E1f101E93b906"),
            USDC.contract(),
            900,
            "0x" + "0".repeat(64));
    /** The digest of {@link #CONFIG}, as viem makes it. */
    public static final ChannelId ID =
            new ChannelId("0xe94a435ba5c4a651c4c975bc5e2a208275f95d4199785ab0d7fbbf56bc9469ec");

    public static Channel opened(ChannelReading reading) {
        return Channel.opened(ID, "acme", CONFIG, USDC, reading);
    }

    public static Channel deposited(long units) {
        return opened(reading(1, units, 0, 0, 0));
    }

    public static ChannelReading reading(
            long block, long balance, long claimed, long withdrawRequestedAt, long refundNonce) {
        return new ChannelReading(
                block,
                BigInteger.valueOf(balance),
                BigInteger.valueOf(claimed),
                withdrawRequestedAt,
                BigInteger.valueOf(refundNonce));
    }

    public static Voucher voucher(long units) {
        return new Voucher(usdc(units), "0x" + "11".repeat(65));
    }

    public static Ratio cost(long units) {
        return Ratio.whole(BigInteger.valueOf(units));
    }

    public static TokenAmount usdc(long units) {
        return TokenAmount.of(USDC, units);
    }
}
