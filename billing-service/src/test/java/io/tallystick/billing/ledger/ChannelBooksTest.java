package io.tallystick.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.billing.ledger.Transfer.Accepted;
import io.tallystick.billing.ledger.Transfer.Pending;
import io.tallystick.billing.ledger.Transfer.Post;
import io.tallystick.billing.ledger.Transfer.Posted;
import io.tallystick.billing.ledger.Transfer.Rejected;
import io.tallystick.billing.ledger.Transfer.Void;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ChannelBooksTest {
    static final Asset USDC = Asset.parse("eip155:84532/erc20:0x036cbd53842c5426634e7929541ec2318f3dcf7e");
    static final LedgerAccount CHANNEL = LedgerAccount.channel("acme", USDC, "0xc");
    static final LedgerAccount REVENUE = LedgerAccount.revenue("acme", USDC);
    static final LedgerAccount CLAIMED = LedgerAccount.claimed("acme", USDC);
    static final Pending SEEN = new Pending("claiming/0xc/1", CLAIMED, CHANNEL, units(30));

    static TokenAmount units(long units) {
        return TokenAmount.of(USDC, units);
    }

    @Test
    void booksManyCapturesAsOneTransfer() {
        var books = new ChannelBooks(CHANNEL, units(10), units(0), Optional.empty(), 0);

        assertThat(books.follow(units(25), units(0), units(0)))
                .containsExactly(new Posted("captured/0xc/25", CHANNEL, REVENUE, units(15)));
    }

    @Nested
    class GivenAClaimThatIsSeen {
        final ChannelBooks books = new ChannelBooks(CHANNEL, units(40), units(0), Optional.of(SEEN), 1);

        @Test
        void waits() {
            assertThat(books.follow(units(40), units(0), units(30))).isEmpty();
        }

        @Test
        void postsItOnceFinal() {
            assertThat(books.follow(units(40), units(30), units(30))).containsExactly(Post.of(SEEN));
        }

        @Test
        void voidsItWhenAReorganisationUndidIt() {
            assertThat(books.follow(units(40), units(0), units(0))).containsExactly(Void.of(SEEN));
        }

        @Test
        void replacesItWhenMoreIsClaimedBeforeItIsFinal() {
            assertThat(books.follow(units(40), units(0), units(35)))
                    .containsExactly(Void.of(SEEN), new Pending("claiming/0xc/2", CLAIMED, CHANNEL, units(35)));
        }

        @Test
        void booksADifferentFinalTotalByItself() {
            assertThat(books.follow(units(40), units(20), units(30)))
                    .containsExactly(
                            Void.of(SEEN),
                            new Posted("claimed/0xc/20", CLAIMED, CHANNEL, units(20)),
                            new Pending("claiming/0xc/2", CLAIMED, CHANNEL, units(10)));
        }
    }

    @Test
    void isLevelOnceItsTransfersAreBooked() {
        var books = new ChannelBooks(CHANNEL, units(40), units(0), Optional.of(SEEN), 1);

        for (var transfer : books.follow(units(55), units(20), units(30))) {
            books = books.with(transfer);
        }

        assertThat(books.follow(units(55), units(20), units(30))).isEmpty();
        assertThat(books.charged()).isEqualTo(units(55));
        assertThat(books.claimed()).isEqualTo(units(20));
    }

    @Nested
    class GivenTransfers {
        final Posted captured = new Posted("captured/0xc/40", CHANNEL, REVENUE, units(40));

        @Test
        void pendingCountsApartUntilItIsPosted() {
            assertThat(Balance.of(CHANNEL, List.of(captured, SEEN)))
                    .isEqualTo(new Balance(big(40), big(0), big(0), big(30)));
            assertThat(Balance.of(CHANNEL, List.of(captured, SEEN, Post.of(SEEN))))
                    .isEqualTo(new Balance(big(40), big(30), big(0), big(0)));
            assertThat(Balance.of(CHANNEL, List.of(Void.of(SEEN), captured, SEEN)))
                    .isEqualTo(new Balance(big(40), big(0), big(0), big(0)));
        }

        @Test
        void aRetryIsRecognizedAndAnotherTransferUnderItsIdIsNot() {
            var other = new Posted(captured.id(), CHANNEL, REVENUE, units(41));

            assertThat(captured.decide(Optional.of(captured), Optional.empty(), Optional.empty()))
                    .isEqualTo(Accepted.REPEATED);
            assertThat(other.decide(Optional.of(captured), Optional.empty(), Optional.empty()))
                    .isEqualTo(Rejected.OTHER_TRANSFER_WITH_THIS_ID);
        }

        @Test
        void aPendingTransferEndsOnce() {
            assertThat(Post.of(SEEN).decide(Optional.empty(), Optional.of(SEEN), Optional.empty()))
                    .isEqualTo(Accepted.BOOKED);
            assertThat(Void.of(SEEN).decide(Optional.empty(), Optional.of(SEEN), Optional.of(Post.of(SEEN))))
                    .isEqualTo(Rejected.ALREADY_RESOLVED);
            assertThat(Void.of(SEEN).decide(Optional.empty(), Optional.empty(), Optional.empty()))
                    .isEqualTo(Rejected.UNKNOWN_PENDING);
        }
    }

    static BigInteger big(long number) {
        return BigInteger.valueOf(number);
    }
}
