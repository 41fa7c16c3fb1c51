package io.tallystick.billing.x402.batch;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.channel.Voucher;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.EscrowDigests;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.signature.Signature;
import io.tallystick.billing.x402.Codes;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What a channel has to be like to pay for an offer.
 *
 * @param withdrawDelaySeconds exactly this; absent where the offer names none
 */
public record Terms(Asset asset, Address receiver, Address receiverAuthorizer, OptionalLong withdrawDelaySeconds) {
    private static final long SHORTEST_DELAY = 900;
    private static final long LONGEST_DELAY = 2_592_000;

    public Terms {
        requireNonNull(asset, "asset");
        requireNonNull(receiver, "receiver");
        requireNonNull(receiverAuthorizer, "receiverAuthorizer");
        requireNonNull(withdrawDelaySeconds, "withdrawDelaySeconds");
    }

    /** A voucher whose channel fits and whose signature recovered to {@code signer}, or the code that says why not. */
    public sealed interface Checked {

        record Ok(Voucher voucher, Address signer) implements Checked {}

        record Not(String code) implements Checked {}
    }

    /** Checks in the protocol's order: the channel's id, its parts as offered, the voucher's signature. */
    public Checked check(BatchPayload payload, EscrowDigests digests, Secp256k1 secp256k1) {
        var config = payload.config();
        var sent = payload.voucher();
        if (!digests.channelId(config).equals(sent.channelId())) {
            return not("channel_id_mismatch");
        }
        if (!config.receiver().equals(receiver)) {
            return not("receiver_mismatch");
        }
        if (receiverAuthorizer.isZero() || !config.receiverAuthorizer().equals(receiverAuthorizer)) {
            return not("receiver_authorizer_mismatch");
        }
        if (!config.token().equals(asset.contract())) {
            return not("token_mismatch");
        }
        if (withdrawDelaySeconds.isPresent() && withdrawDelaySeconds.getAsLong() != config.withdrawDelaySeconds()) {
            return not("withdraw_delay_mismatch");
        }
        if (config.withdrawDelaySeconds() < SHORTEST_DELAY || config.withdrawDelaySeconds() > LONGEST_DELAY) {
            return not("withdraw_delay_out_of_range");
        }
        var digest = digests.voucher(sent.channelId(), sent.maxClaimableAmount());
        // Stricter than the reference: a voucher that a claim cannot carry would revert a whole batch of claims.
        return Signature.parse(sent.signature())
                .flatMap(signature -> secp256k1.recover(digest, signature))
                .filter(config.voucherSigner()::equals)
                .<Checked>map(signer -> new Checked.Ok(
                        new Voucher(
                                new TokenAmount(asset, sent.maxClaimableAmount()),
                                sent.signature().toLowerCase(Locale.ROOT)),
                        signer))
                .orElse(not("voucher_signature"));
    }

    private static Checked not(String code) {
        return new Checked.Not(Codes.batch(code));
    }
}
