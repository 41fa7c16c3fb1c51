package io.tallystick.billing.ledger;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.ledger.Transfer.Pending;
import io.tallystick.billing.ledger.Transfer.Post;
import io.tallystick.billing.ledger.Transfer.Posted;
import io.tallystick.billing.ledger.Transfer.Void;
import io.tallystick.billing.money.TokenAmount;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the ledger holds of one channel, and how it follows the channel's totals: whatever happened since the last look
 * is one transfer for the captures and one for the claims, however many calls there were. So the provider's side, which
 * every call would otherwise write to, is written once a channel and interval.
 *
 * @param channel the channel's account
 * @param charged debited to it for good
 * @param claimed credited to it for good
 * @param pending the claim that is seen and not final, if there is one
 * @param claims how many pending claims there ever were; numbers the next one, so that a claim that a reorganisation
 *     undid and another block brought back is another transfer
 */
public record ChannelBooks(
        LedgerAccount channel, TokenAmount charged, TokenAmount claimed, Optional<Pending> pending, long claims) {

    public ChannelBooks {
        requireNonNull(channel, "channel");
        requireNonNull(charged, "charged");
        requireNonNull(claimed, "claimed");
        requireNonNull(pending, "pending");
    }

    /** The books of a channel that nothing was booked of. */
    public static ChannelBooks opened(LedgerAccount channel) {
        var zero = TokenAmount.zero(channel.asset());
        return new ChannelBooks(channel, zero, zero, Optional.empty(), 0);
    }

    /**
     * The transfers that bring the ledger level with the channel, in the order to book them. None when it is.
     *
     * @param chargedTotal the channel's charged total; never falls
     * @param claimedFinal claimed in blocks that nothing can undo; never falls
     * @param claimedSeen claimed at the newest block; a reorganisation may take it back as far as {@code claimedFinal}
     */
    public List<Transfer> follow(TokenAmount chargedTotal, TokenAmount claimedFinal, TokenAmount claimedSeen) {
        var transfers = new ArrayList<Transfer>();
        if (chargedTotal.exceeds(charged)) {
            transfers.add(new Posted(
                    "captured/" + channel.owner() + "/" + chargedTotal.units(),
                    channel,
                    LedgerAccount.revenue(channel.tenant(), channel.asset()),
                    chargedTotal.minus(charged)));
        }
        var notFinal = claimedSeen.minusOrZero(claimedFinal);
        if (pending.isPresent() && !stands(pending.get(), claimedFinal, notFinal)) {
            transfers.add(became(pending.get(), claimedFinal) ? Post.of(pending.get()) : Void.of(pending.get()));
        }
        if (claimedFinal.exceeds(claimed)
                && pending.filter(p -> became(p, claimedFinal)).isEmpty()) {
            var id = "claimed/" + channel.owner() + "/" + claimedFinal.units();
            transfers.add(new Posted(id, received(), channel, claimedFinal.minus(claimed)));
        }
        if (!notFinal.isZero()
                && pending.filter(p -> stands(p, claimedFinal, notFinal)).isEmpty()) {
            var id = "claiming/" + channel.owner() + "/" + (claims + 1);
            transfers.add(new Pending(id, received(), channel, notFinal));
        }
        return transfers;
    }

    /** The books with one of those transfers in them, or with one that somebody else booked on the channel. */
    public ChannelBooks with(Transfer transfer) {
        return switch (transfer) {
            case Posted posted
            when posted.debit().equals(channel) ->
                new ChannelBooks(channel, charged.plus(posted.amount()), claimed, pending, claims);
            case Posted posted -> new ChannelBooks(channel, charged, claimed.plus(posted.amount()), pending, claims);
            case Pending seen -> new ChannelBooks(channel, charged, claimed, Optional.of(seen), claims + 1);
            case Post _ -> {
                var total = claimed.plus(pending.orElseThrow().amount());
                yield new ChannelBooks(channel, charged, total, Optional.empty(), claims);
            }
            case Void _ -> new ChannelBooks(channel, charged, claimed, Optional.empty(), claims);
        };
    }

    private boolean stands(Pending seen, TokenAmount claimedFinal, TokenAmount notFinal) {
        return claimedFinal.equals(claimed) && seen.amount().equals(notFinal);
    }

    /** Is it just this claim that became final? */
    private boolean became(Pending seen, TokenAmount claimedFinal) {
        return claimed.plus(seen.amount()).equals(claimedFinal);
    }

    private LedgerAccount received() {
        return LedgerAccount.claimed(channel.tenant(), channel.asset());
    }
}
