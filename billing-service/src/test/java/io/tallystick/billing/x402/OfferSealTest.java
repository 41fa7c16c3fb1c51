package io.tallystick.billing.x402;

import static io.tallystick.billing.channel.ExampleChannels.CONFIG;
import static io.tallystick.billing.channel.ExampleChannels.PAYER;
import static io.tallystick.billing.channel.ExampleChannels.usdc;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OfferSealTest {
    static final Instant NOW = Instant.parse("2026-11-22T10:00:00.123456Z");

    final OfferSeal seal = new OfferSeal("0123456789abcdef0123456789abcdef".getBytes(UTF_8));
    final Offer offer = new Offer("acme", "exact", usdc(1000), CONFIG.receiver(), 300, NOW);

    @Test
    void provesItsOwnOffer() {
        var text = seal.of(offer);

        assertThat(seal.proves(text, offer)).isTrue();
        assertThat(seal.issuedAt(text)).contains(Instant.parse("2026-11-22T10:00:00.123Z"));
    }

    @Test
    void provesNoOtherOffer() {
        var text = seal.of(offer);
        var others = List.of(
                new Offer("other", "exact", usdc(1000), CONFIG.receiver(), 300, NOW),
                new Offer("acme", "batch-settlement", usdc(1000), CONFIG.receiver(), 300, NOW),
                new Offer("acme", "exact", usdc(999), CONFIG.receiver(), 300, NOW),
                new Offer("acme", "exact", usdc(1000), PAYER, 300, NOW),
                new Offer("acme", "exact", usdc(1000), CONFIG.receiver(), 301, NOW),
                new Offer("acme", "exact", usdc(1000), CONFIG.receiver(), 300, NOW.plusMillis(1)));

        assertThat(others).noneMatch(other -> seal.proves(text, other));
        assertThat(new OfferSeal(new byte[32]).proves(text, offer)).isFalse();
    }

    @Test
    void readsNothingElse() {
        assertThat(seal.issuedAt("")).isEmpty();
        assertThat(seal.issuedAt("1." + "a".repeat(42))).isEmpty();
        assertThat(seal.issuedAt("9999999999999999." + "a".repeat(43))).isEmpty();
    }

    @Test
    void isMadeWithAKeyThatCannotBeGuessed() {
        assertThatIllegalArgumentException().isThrownBy(() -> new OfferSeal(new byte[31]));
    }

    @Test
    void isHonouredForItsTimeAndNotLonger() {
        assertThat(offer.honoured(NOW)).isTrue();
        assertThat(offer.honoured(NOW.plusSeconds(299))).isTrue();
        assertThat(offer.honoured(NOW.plusSeconds(300))).isFalse();
        assertThat(offer.honoured(NOW.minusSeconds(2))).isFalse();
    }
}
