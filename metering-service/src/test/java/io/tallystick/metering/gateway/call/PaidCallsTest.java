package io.tallystick.metering.gateway.call;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metering.gateway.call.Answer.Outcome;
import io.tallystick.metering.gateway.call.Authorization.State;
import io.tallystick.metering.gateway.call.ModelAnswer.Answered;
import io.tallystick.metering.gateway.openai.AnswerReading;
import io.tallystick.metering.gateway.openai.Bucket;
import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.CallUsage;
import io.tallystick.metering.gateway.openai.PaidRoute;
import io.tallystick.metering.gateway.openai.Quantities;
import io.tallystick.metering.gateway.openai.UsageSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of a call's steps, and what is answered when each of them fails. */
class PaidCallsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final Headers RECEIPT = Headers.NONE.with("PAYMENT-RESPONSE", "charged");
    private static final Headers NO_CHARGE = Headers.NONE.with("PAYMENT-RESPONSE", "charged nothing");
    private static final Headers OFFER = Headers.NONE.with("PAYMENT-REQUIRED", "offer");
    private static final Answered ANSWER =
            new Answered(200, Headers.NONE.with("x-request-id", "r"), new Body("answer".getBytes(UTF_8)), "up");
    private static final CallUsage USAGE =
            new CallUsage(Quantities.oneRequest().with(Bucket.INPUT_UNCACHED, 7), UsageSource.PROVIDER_FINAL);

    private final World world = new World();

    @Test
    void authorizesAsksRecordsAndCapturesInThisOrder() {
        assertThat(world.serve()).isEqualTo(new Answer.Delivered(Outcome.SERVED, ANSWER, RECEIPT));
        assertThat(world.steps).containsExactly("authorize", "ask", "append h1 did:pkh:payer", "capture h1");
    }

    @Nested
    class GivenNoHold {
        @Test
        void answersTheOfferAndSendsNothing() {
            world.authorization = done(new Authorization.Refused(402, "Payment required", OFFER));

            var answer = (Answer.Failed) world.serve();

            assertThat(answer.error().status()).isEqualTo(402);
            assertThat(answer.error().type()).isEqualTo("insufficient_quota");
            assertThat(answer.error().code()).isEqualTo("insufficient_quota");
            assertThat(answer.payment()).isEqualTo(OFFER);
            assertThat(world.steps).containsExactly("authorize");
        }

        @Test
        void answersAConflictAsTheRequestsFault() {
            world.authorization = done(new Authorization.Refused(409, "another request", Headers.NONE));

            assertThat(world.error("payment_refused", 409)).containsExactly("authorize");
        }

        @Test
        void answersAModelWithoutAPriceAsOneThatIsNotThere() {
            world.authorization = done(new Authorization.Refused(404, "no price", Headers.NONE));

            assertThat(world.error("model_not_found", 404)).containsExactly("authorize");
        }

        @Test
        void answersARefundWithoutACall() {
            world.authorization = done(new Authorization.Done(200, RECEIPT));

            assertThat(world.serve()).isEqualTo(new Answer.PaidOnly(200, RECEIPT));
            assertThat(world.steps).containsExactly("authorize");
        }

        @ParameterizedTest
        @EnumSource(State.class)
        void answersAPaymentThatCameBeforeWithWhereItStands(State state) {
            world.authorization = done(new Authorization.Replayed("h1", state, RECEIPT));

            var answer = (Answer.Failed) world.serve();

            assertThat(answer.error().status()).isEqualTo(409);
            assertThat(answer.error().code())
                    .isEqualTo(
                            switch (state) {
                                case HELD -> "payment_in_progress";
                                case CAPTURED -> "payment_used";
                                case VOIDED -> "payment_voided";
                            });
            assertThat(answer.payment()).isEqualTo(RECEIPT);
            assertThat(world.steps).containsExactly("authorize");
        }

        @Test
        void sendsNothingWhileBillingIsAway() {
            world.authorization = away();

            assertThat(world.error("billing_unavailable", 503)).containsExactly("authorize");
        }
    }

    /** A payment may be a deposit: none is made for a call that nobody would serve. */
    @Nested
    class GivenNoModelServerThatWouldServeIt {
        @Test
        void takesNoPaymentWhileAllAreBusyOrAway() {
            world.standing = new ModelServer.Standing.Busy(Duration.ofMillis(7_001));

            assertThat(world.error("upstreams_busy", 503)).isEmpty();
            assertThat(((Answer.Failed) world.serve()).payment().all("Retry-After"))
                    .containsExactly("8");
        }

        @Test
        void takesNoPaymentForAModelThatNobodyHas() {
            world.standing = ModelServer.Standing.NotServed.NOT_SERVED;

            assertThat(world.error("model_not_found", 404)).isEmpty();
        }

        @Test
        void showsAnOfferAndTakesARefundAllTheSame() {
            world.method = "GET";
            world.standing = new ModelServer.Standing.Busy(Duration.ofSeconds(7));

            assertThat(world.error("method_not_allowed", 405)).startsWith("authorize");
        }
    }

    @Nested
    class GivenAModelServerThatFails {
        @ParameterizedTest
        @EnumSource(ModelAnswer.Failed.class)
        void chargesNothing(ModelAnswer.Failed failure) {
            world.answer = done(failure);

            var answer = (Answer.Failed) world.serve();

            assertThat(answer.error().status())
                    .isEqualTo(
                            switch (failure) {
                                case TIMED_OUT -> 504;
                                case BUSY -> 503;
                                case UNREACHABLE, TOO_LARGE -> 502;
                            });
            assertThat(answer.payment()).isEqualTo(NO_CHARGE);
            assertThat(world.steps).containsExactly("authorize", "ask", "release h1 upstream_failed");
        }

        @ParameterizedTest
        @ValueSource(ints = {400, 401, 402, 404, 429, 500, 503})
        void passesItsErrorUnchangedAndChargesNothing(int status) {
            var refusal = new Answered(status, Headers.NONE, new Body("no".getBytes(UTF_8)), "up");
            world.answer = done(refusal);

            assertThat(world.serve()).isEqualTo(new Answer.Delivered(Outcome.UPSTREAM_REFUSED, refusal, NO_CHARGE));
            assertThat(world.steps).containsExactly("authorize", "ask", "release h1 upstream_refused");
        }

        @ParameterizedTest
        @ValueSource(ints = {301, 302, 307, 304})
        void followsNoRedirect(int status) {
            world.answer = done(new Answered(status, Headers.NONE.with("Location", "http://inside"), Body.EMPTY, "up"));

            assertThat(world.error("upstream_answer_unreadable", 502))
                    .containsExactly("authorize", "ask", "release h1 upstream_failed");
        }

        @Test
        void chargesNothingForWhatIsNoAnswer() {
            world.reading = AnswerReading.NotAnAnswer.NOT_AN_ANSWER;

            assertThat(world.error("upstream_answer_unreadable", 502))
                    .containsExactly("authorize", "ask", "release h1 upstream_failed");
        }

        @Test
        void tellsTheFailureEvenIfBillingIsAwayByThen() {
            world.answer = done(ModelAnswer.Failed.UNREACHABLE);
            world.release = away();

            assertThat(((Answer.Failed) world.serve()).payment()).isEqualTo(Headers.NONE);
        }
    }

    @Nested
    class GivenUsageThatIsNotRecorded {
        @Test
        void deliversAndChargesNothing() {
            world.append = away();

            assertThat(world.error("usage_not_recorded", 503))
                    .containsExactly("authorize", "ask", "append h1 did:pkh:payer", "release h1 usage_not_recorded");
        }

        /** Kafka had it after all, and billing captured from the record before it heard of the release. */
        @Test
        void deliversIfItWasChargedAllTheSame() {
            world.append = away();
            world.release = done(new Capture.Closed(false, RECEIPT));

            assertThat(world.serve()).isEqualTo(new Answer.Delivered(Outcome.SERVED, ANSWER, RECEIPT));
        }

        @Test
        void withholdsTheAnswerIfThePaymentThatWasBegunFailed() {
            world.append = away();
            world.release = done(new Capture.NotSettled(402, "insufficient_funds", NO_CHARGE));

            assertThat(world.error("insufficient_quota", 402)).last().isEqualTo("release h1 usage_not_recorded");
        }

        /** Billing may have captured from a record whose acknowledgement was lost. */
        @Test
        void saysThatItDoesNotKnowIfNobodyCanTell() {
            world.append = away();
            world.release = away();

            assertThat(world.serve()).extracting(Answer::outcome).isEqualTo(Outcome.CHARGE_UNKNOWN);
            assertThat(world.error("charge_unknown", 500)).last().isEqualTo("release h1 usage_not_recorded");
        }
    }

    @Nested
    class GivenACaptureThatFails {
        /** The record is durable, so billing charges from it when it is back: the payer gets what it pays for. */
        @Test
        void deliversIfBillingIsAway() {
            world.capture = away();

            assertThat(world.serve()).isEqualTo(new Answer.Delivered(Outcome.CAPTURED_LATER, ANSWER, Headers.NONE));
            assertThat(world.steps).doesNotContain("release h1 usage_not_recorded");
        }

        @Test
        void withholdsTheAnswerIfThePaymentCouldNotBeSettled() {
            world.capture = done(new Capture.NotSettled(402, "insufficient_funds", NO_CHARGE));

            assertThat(world.error("insufficient_quota", 402)).last().isEqualTo("capture h1");
        }
    }

    @Nested
    class GivenAHoldThatEnds {
        @Test
        void waitsNoLongerThanTheHoldLives() {
            world.authorization = done(held(NOW.plusSeconds(20)));

            world.serve();

            assertThat(world.waited).isEqualTo(Duration.ofSeconds(15));
        }

        @Test
        void waitsNoLongerThanItsOwnLimit() {
            world.serve();

            assertThat(world.waited).isEqualTo(Duration.ofSeconds(60));
        }

        @Test
        void sendsNothingIfThereIsNoTimeLeftToCapture() {
            world.authorization = done(held(NOW.plusSeconds(5)));

            assertThat(world.error("hold_expired", 503)).containsExactly("authorize", "release h1 hold_expired");
        }
    }

    @Test
    void givesAHoldBackThatAGetTook() {
        world.method = "GET";

        assertThat(world.error("method_not_allowed", 405)).containsExactly("authorize", "release h1 nothing_to_serve");
    }

    private static Authorization.Held held(Instant expiresAt) {
        return new Authorization.Held("h1", "did:pkh:payer", expiresAt);
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedStage(value);
    }

    private static <T> CompletionStage<T> away() {
        return CompletableFuture.failedStage(new IllegalStateException("away"));
    }

    /** Everything around the gateway, with each answer set by the test. */
    private static final class World implements Payments, ModelServer, CallLog {
        final List<String> steps = new ArrayList<>();
        String method = "POST";
        Standing standing = Standing.Open.OPEN;
        CompletionStage<Authorization> authorization = done(held(NOW.plusSeconds(300)));
        CompletionStage<ModelAnswer> answer = done(ANSWER);
        AnswerReading reading = USAGE;
        CompletionStage<Void> append = done(null);
        CompletionStage<Capture> capture = done(new Capture.Closed(false, RECEIPT));
        CompletionStage<Capture> release = done(new Capture.Closed(true, NO_CHARGE));
        Duration waited = Duration.ZERO;

        Answer serve() {
            var calls = new PaidCalls(
                    this, this, this, (_, _) -> reading, InstantSource.fixed(NOW), Duration.ofSeconds(60));
            var request = new CallRequest(PaidRoute.EMBEDDINGS, "m", 10, 0, 3, false);
            return calls.serve(new PaidCall(
                            new UUID(0, 1),
                            method,
                            "http://x/v1/embeddings",
                            request,
                            "paid",
                            Headers.NONE,
                            Body.EMPTY))
                    .toCompletableFuture()
                    .join();
        }

        List<String> error(String code, int status) {
            var error = ((Answer.Failed) serve()).error();
            assertThat(error.code()).isEqualTo(code);
            assertThat(error.status()).isEqualTo(status);
            return steps;
        }

        @Override
        public CompletionStage<Authorization> authorize(PaidCall call) {
            steps.add("authorize");
            return authorization;
        }

        @Override
        public Standing standing(String path, String model) {
            assertThat(List.of(path, model)).containsExactly("/v1/embeddings", "m");
            return standing;
        }

        @Override
        public CompletionStage<ModelAnswer> ask(ModelRequest request, Duration wait) {
            steps.add("ask");
            waited = wait;
            return answer;
        }

        @Override
        public CompletionStage<ModelOpening> open(ModelRequest request, Duration wait) {
            throw new AssertionError("no stream was asked for");
        }

        @Override
        public CompletionStage<Instant> renew(String holdId) {
            throw new AssertionError("a call that is not streamed renews nothing");
        }

        @Override
        public CompletionStage<Void> append(Entry entry) {
            assertThat(entry.usage()).isEqualTo(USAGE);
            assertThat(entry.upstream()).isEqualTo("up");
            steps.add("append " + entry.holdId() + " " + entry.subject());
            return append;
        }

        @Override
        public CompletionStage<Capture> capture(String holdId, CallUsage usage) {
            assertThat(usage).isEqualTo(USAGE);
            steps.add("capture " + holdId);
            return capture;
        }

        @Override
        public CompletionStage<Capture> release(String holdId, String reason) {
            steps.add("release " + holdId + " " + reason);
            return release;
        }
    }
}
