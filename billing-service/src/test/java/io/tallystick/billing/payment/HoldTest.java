package io.tallystick.billing.payment;

import static io.tallystick.billing.channel.ExampleChannels.usdc;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.billing.channel.ExampleChannels;
import io.tallystick.billing.payment.Hold.CaptureStep;
import io.tallystick.billing.payment.Hold.VoidStep;
import io.tallystick.billing.payment.HoldState.Captured;
import io.tallystick.billing.payment.HoldState.Lapsed;
import io.tallystick.billing.payment.HoldState.Open;
import io.tallystick.billing.payment.HoldState.Settling;
import io.tallystick.billing.payment.HoldState.Voided;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HoldTest {
    static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    static final Duration LONGEST = Duration.ofMinutes(40);

    @Nested
    class GivenAnOpenHold {
        final Hold hold = hold(new Open(NOW.plusSeconds(60)));

        @Test
        void isCapturedOrReleased() {
            assertThat(hold.toCapture()).isEqualTo(CaptureStep.Go.IN_TIME);
            assertThat(hold.toVoid()).isEqualTo(VoidStep.Go.RELEASE);
            assertThat(hold.state().holds()).isTrue();
        }

        @Test
        void expiresAtItsEndAndNotBefore() {
            assertThat(hold.expired(NOW.plusSeconds(59))).isFalse();
            assertThat(hold.expired(NOW.plusSeconds(60))).isTrue();
        }

        @Test
        void isRenewedForLongerAndNeverShortened() {
            assertThat(hold.renewed(NOW.plusSeconds(90), LONGEST).expired(NOW.plusSeconds(60)))
                    .isFalse();
            assertThat(hold.renewed(NOW.plusSeconds(30), LONGEST)).isEqualTo(hold);
        }

        @Test
        void isNotKeptForEverByRenewing() {
            var last = hold.pricedAt().plus(LONGEST);

            var renewed = hold.renewed(last.plusSeconds(90), LONGEST);

            assertThat(renewed.state()).isEqualTo(new Open(last));
            assertThat(renewed.renewed(last.plusSeconds(900), LONGEST)).isEqualTo(renewed);
        }
    }

    @Nested
    class GivenAHoldThatEnded {
        final Captured captured = new Captured(usdc(7), "answer", NOW);
        final Voided voided = new Voided("upstream_failed", "", NOW);

        @Test
        void answersARetryAlike() {
            assertThat(hold(captured).toCapture()).isEqualTo(new CaptureStep.Done(captured));
            assertThat(hold(voided).toVoid()).isEqualTo(new VoidStep.Done(voided));
        }

        @Test
        void isNotEndedTwiceInDifferentWays() {
            assertThat(hold(captured).toVoid()).isEqualTo(new VoidStep.Charged(captured));
            assertThat(hold(voided).toCapture()).isEqualTo(new CaptureStep.GivenUp(voided));
            assertThat(hold(new Settling(NOW)).toVoid()).isEqualTo(VoidStep.Refused.ALREADY_SETTLING);
        }

        @Test
        void isStillCapturedAfterItLapsed() {
            assertThat(hold(new Lapsed(NOW)).toCapture()).isEqualTo(CaptureStep.Go.LATE);
            assertThat(hold(new Lapsed(NOW)).state().holds()).isFalse();
        }

        @Test
        void isNotRenewed() {
            assertThat(hold(captured).renewed(NOW.plusSeconds(90), LONGEST)).isEqualTo(hold(captured));
        }
    }

    static Hold hold(HoldState state) {
        return new Hold(
                new UUID(0, 1),
                call(),
                "did:pkh:eip155:84532:" + ExampleChannels.PAYER,
                "batch-settlement",
                Optional.of(ExampleChannels.ID),
                "hash",
                usdc(1000),
                ExampleChannels.CONFIG.receiver(),
                NOW,
                "",
                "",
                state);
    }

    static Call call() {
        return new Call(
                new UUID(0, 2),
                "acme",
                new Call.Resource("http://127.0.0.1/v1/embeddings", "embeddings", "application/json"),
                "POST",
                "/v1/embeddings",
                "all-minilm-l6-v2",
                "00");
    }
}
