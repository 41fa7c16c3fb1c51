package io.tallystick.billing.channel;

import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;

@Entity(name = "Channel")
@Table(name = "channel")
class ChannelEntity {
    @Id
    String id;

    @Column(updatable = false)
    String tenant;

    @Column(name = "chain_id", updatable = false)
    long chainId;

    @Column(updatable = false)
    String payer;

    @Column(name = "payer_authorizer", updatable = false)
    String payerAuthorizer;

    @Column(updatable = false)
    String receiver;

    @Column(name = "receiver_authorizer", updatable = false)
    String receiverAuthorizer;

    @Column(updatable = false)
    String token;

    @Column(name = "withdraw_delay_seconds", updatable = false)
    long withdrawDelaySeconds;

    @Column(updatable = false)
    String salt;

    @Column(updatable = false)
    BigInteger base;

    BigInteger authorized;

    @Column(name = "voucher_signature")
    String voucherSignature;

    BigInteger charged;

    BigInteger held;

    @Column(name = "carried_numerator")
    BigInteger carriedNumerator;

    @Column(name = "carried_denominator")
    BigInteger carriedDenominator;

    BigInteger refunding;

    @Column(name = "account_ceiling", nullable = false)
    BigInteger accountCeiling = BigInteger.ZERO;

    @Column(name = "refunding_nonce")
    BigInteger refundingNonce;

    @Column(name = "deposited_pending")
    BigInteger depositedPending;

    @Column(name = "deposited_final")
    BigInteger depositedFinal;

    @Column(name = "withdrawn_pending")
    BigInteger withdrawnPending;

    @Column(name = "withdrawn_final")
    BigInteger withdrawnFinal;

    @Column(name = "claimed_pending")
    BigInteger claimedPending;

    @Column(name = "claimed_final")
    BigInteger claimedFinal;

    @Column(name = "withdraw_requested_at_seconds")
    long withdrawRequestedAtSeconds;

    @Column(name = "refund_nonce")
    BigInteger refundNonce;

    long block;

    @Column(name = "final_block")
    long finalBlock;

    @Column(name = "seen_at")
    Instant seenAt;

    @Column(name = "exposed_since")
    Instant exposedSince;

    @Column(name = "turn_until")
    Instant turnUntil;

    BigInteger announced;

    @Column(name = "left_alone_until")
    Instant leftAloneUntil;

    long version;

    static ChannelEntity of(Channel channel, Instant now) {
        var row = new ChannelEntity();
        var config = channel.config();
        row.id = channel.id().hex();
        row.tenant = channel.tenant();
        row.chainId = channel.charged().asset().chainId();
        row.payer = config.payer().hex();
        row.payerAuthorizer = config.payerAuthorizer().hex();
        row.receiver = config.receiver().hex();
        row.receiverAuthorizer = config.receiverAuthorizer().hex();
        row.token = config.token().hex();
        row.withdrawDelaySeconds = config.withdrawDelaySeconds();
        row.salt = config.salt();
        row.base = channel.base().units();
        row.seenAt = now;
        row.copyFrom(channel, now);
        return row;
    }

    Channel toChannel() {
        return new Channel(
                new ChannelId(id),
                tenant,
                config(),
                amount(base),
                amount(authorized),
                Optional.ofNullable(voucherSignature).map(signature -> new Voucher(amount(authorized), signature)),
                amount(charged),
                amount(held),
                new Ratio(carriedNumerator, carriedDenominator),
                new Refunding(amount(refunding), refundingNonce),
                new OnChain(
                        new ChainTotal(amount(depositedPending), amount(depositedFinal)),
                        new ChainTotal(amount(withdrawnPending), amount(withdrawnFinal)),
                        new ChainTotal(amount(claimedPending), amount(claimedFinal)),
                        withdrawRequestedAtSeconds,
                        refundNonce,
                        block,
                        finalBlock));
    }

    void copyFrom(Channel channel, Instant now) {
        authorized = channel.authorized().units();
        voucherSignature = channel.voucher().map(Voucher::signature).orElse(null);
        charged = channel.charged().units();
        held = channel.held().units();
        carriedNumerator = channel.carried().numerator();
        carriedDenominator = channel.carried().denominator();
        refunding = channel.refund().amount().units();
        refundingNonce = channel.refund().nonce();
        copyFrom(channel.chain());
        exposedSince = channel.exposure().isZero() ? null : exposedSince == null ? now : exposedSince;
        version++;
    }

    private void copyFrom(OnChain chain) {
        block = chain.block();
        finalBlock = chain.finalBlock();
        depositedPending = chain.deposited().pending().units();
        depositedFinal = chain.deposited().finalized().units();
        withdrawnPending = chain.withdrawn().pending().units();
        withdrawnFinal = chain.withdrawn().finalized().units();
        claimedPending = chain.claimed().pending().units();
        claimedFinal = chain.claimed().finalized().units();
        withdrawRequestedAtSeconds = chain.withdrawRequestedAtSeconds();
        refundNonce = chain.refundNonce();
    }

    private ChannelConfig config() {
        return new ChannelConfig(
                new Address(payer),
                new Address(payerAuthorizer),
                new Address(receiver),
                new Address(receiverAuthorizer),
                new Address(token),
                withdrawDelaySeconds,
                salt);
    }

    Optional<TokenAmount> announced() {
        return Optional.ofNullable(announced).map(this::amount);
    }

    private TokenAmount amount(BigInteger units) {
        return new TokenAmount(new Asset(chainId, new Address(token)), units);
    }
}
