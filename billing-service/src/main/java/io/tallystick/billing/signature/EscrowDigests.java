package io.tallystick.billing.signature;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.util.List;

/** What payers and receivers sign for x402's batch-settlement contract, as EIP-712 digests. */
public final class EscrowDigests {
    private static final String CLAIM_ENTRY_TYPE =
            "ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)";
    private static final byte[] CHANNEL_CONFIG = typeHash("ChannelConfig(address payer,address payerAuthorizer,"
            + "address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)");
    private static final byte[] VOUCHER = typeHash("Voucher(bytes32 channelId,uint128 maxClaimableAmount)");
    private static final byte[] REFUND = typeHash("Refund(bytes32 channelId,uint256 nonce,uint128 amount)");
    private static final byte[] CLAIM_ENTRY = typeHash(CLAIM_ENTRY_TYPE);
    private static final byte[] CLAIM_BATCH = typeHash("ClaimBatch(ClaimEntry[] claims)" + CLAIM_ENTRY_TYPE);

    private final Domain domain;

    public EscrowDigests(Domain domain) {
        this.domain = requireNonNull(domain, "domain");
    }

    public ChannelId channelId(ChannelConfig config) {
        var words = new Words(8).add(CHANNEL_CONFIG).add(config);
        return new ChannelId(domain.digest(Keccak.hash(words.bytes())).hex());
    }

    /** @param maxClaimableAmount the running total that may be claimed, in token units; fits uint128 */
    public Bytes32 voucher(ChannelId channelId, BigInteger maxClaimableAmount) {
        Words.requireUint(maxClaimableAmount, 128, "maxClaimableAmount");
        return domain.digest(Keccak.hash(
                new Words(3).add(VOUCHER).add(channelId).add(maxClaimableAmount).bytes()));
    }

    /**
     * @param nonce the channel's {@code refundNonce} on the contract
     * @param amount token units given back; fits uint128
     */
    public Bytes32 refund(ChannelId channelId, BigInteger nonce, BigInteger amount) {
        Words.requireUint(amount, 128, "amount");
        return domain.digest(Keccak.hash(
                new Words(4).add(REFUND).add(channelId).add(nonce).add(amount).bytes()));
    }

    public Bytes32 claimBatch(List<ClaimEntry> claims) {
        var entries = new Words(claims.size());
        claims.forEach(claim -> entries.add(hash(claim)));
        var words = new Words(2).add(CLAIM_BATCH).add(Keccak.hash(entries.bytes()));
        return domain.digest(Keccak.hash(words.bytes()));
    }

    /** The EIP-3009 nonce that ties a deposit's authorization to its channel. */
    public static Bytes32 depositNonce(ChannelId channelId, BigInteger salt) {
        return Bytes32.of(Keccak.hash(new Words(2).add(channelId).add(salt).bytes()));
    }

    private static byte[] hash(ClaimEntry claim) {
        return Keccak.hash(new Words(4)
                .add(CLAIM_ENTRY)
                .add(claim.channelId())
                .add(claim.maxClaimableAmount())
                .add(claim.totalClaimed())
                .bytes());
    }

    private static byte[] typeHash(String type) {
        return Keccak.hash(type.getBytes(UTF_8));
    }
}
