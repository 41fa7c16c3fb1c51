package io.tallystick.metering.gateway.call;

import io.tallystick.metering.gateway.call.Answer.Outcome;
import io.tallystick.metering.gateway.call.Authorization.Done;
import io.tallystick.metering.gateway.call.Authorization.Held;
import io.tallystick.metering.gateway.call.Authorization.Refused;
import io.tallystick.metering.gateway.call.Authorization.Replayed;
import io.tallystick.metering.gateway.call.Capture.Closed;
import io.tallystick.metering.gateway.call.Capture.NotSettled;
import io.tallystick.metering.gateway.call.ModelAnswer.Answered;
import io.tallystick.metering.gateway.call.ModelServer.Standing;
import io.tallystick.metering.gateway.openai.AnswerReading;
import io.tallystick.metering.gateway.openai.AnswerReading.NotAnAnswer;
import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.CallUsage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Serves paid calls: authorize, ask the model server, record the usage, capture, answer.
 *
 * <p>The order is what keeps money and usage equal. Usage is durable before anything is charged, so billing can capture
 * from the record if it misses our request; and a call whose usage cannot be recorded is neither charged nor delivered.
 */
public final class PaidCalls {
    /** Left of a hold's life for recording and capturing. */
    private static final Duration CAPTURE_TIME = Duration.ofSeconds(5);

    /** Reads what a call used from the model server's answer. */
    public interface AnswerReader {

        AnswerReading read(CallRequest request, Answered answer);
    }

    private final Payments payments;
    private final ModelServer modelServer;
    private final CallLog log;
    private final AnswerReader answers;
    private final InstantSource clock;
    private final Duration longestWait;

    /** @param longestWait for a model server's whole answer */
    public PaidCalls(
            Payments payments,
            ModelServer modelServer,
            CallLog log,
            AnswerReader answers,
            InstantSource clock,
            Duration longestWait) {
        this.payments = payments;
        this.modelServer = modelServer;
        this.log = log;
        this.answers = answers;
        this.clock = clock;
        this.longestWait = longestWait;
    }

    /** The answer to a call. The stage never fails for anything outside this process, and does not end with its client. */
    public CompletionStage<Answer> serve(PaidCall call) {
        return serve(call, held -> ask(call, held));
    }

    /** As {@link #serve(PaidCall)}, where {@code answering} serves what is held for. */
    public CompletionStage<Answer> serve(PaidCall call, Function<Held, CompletionStage<Answer>> answering) {
        return switch (standing(call)) {
            case Standing.Open _ -> authorize(call, answering);
            case Standing.NotServed _ ->
                now(new Answer.Failed(Outcome.INVALID, CallErrors.modelNotServed(), Headers.NONE));
            case Standing.Busy busy ->
                now(new Answer.Failed(Outcome.UNAVAILABLE, CallErrors.upstreamsBusy(), after(busy)));
        };
    }

    /** Asked before the payment, which may be a deposit: nobody makes one for a call that nobody would serve. */
    private Standing standing(PaidCall call) {
        return call.asksForOffer()
                ? Standing.Open.OPEN
                : modelServer.standing(
                        call.request().route().path(), call.request().model());
    }

    private static Headers after(Standing.Busy busy) {
        return Headers.NONE.with(
                "Retry-After", Long.toString(busy.retryAfter().plusMillis(999).toSeconds()));
    }

    private CompletionStage<Answer> authorize(PaidCall call, Function<Held, CompletionStage<Answer>> answering) {
        return payments.authorize(call)
                .handle((authorization, failure) ->
                        failure == null ? authorized(call, authorization, answering) : now(billingUnavailable()))
                .thenCompose(Function.identity());
    }

    private CompletionStage<Answer> authorized(
            PaidCall call, Authorization authorization, Function<Held, CompletionStage<Answer>> answering) {
        return switch (authorization) {
            case Held held when call.asksForOffer() -> released(held, "nothing_to_serve", CallErrors.nothingToBuy());
            case Held held -> answering.apply(held);
            case Refused refused -> now(new Answer.Failed(Outcome.UNPAID, CallErrors.of(refused), refused.headers()));
            case Done done -> now(new Answer.PaidOnly(done.status(), done.headers()));
            case Replayed replayed ->
                now(new Answer.Failed(Outcome.REPLAYED, CallErrors.of(replayed), replayed.headers()));
        };
    }

    private CompletionStage<Answer> ask(PaidCall call, Held held) {
        return inTime(held, wait -> modelServer
                .ask(
                        new ModelRequest(
                                call.request().route().path(),
                                call.request().model(),
                                call.headers().forModelServer(),
                                call.body()),
                        wait)
                .thenCompose(answer -> answered(call, held, answer)));
    }

    /** Lets {@code asking} wait for the model server for as long as the hold allows; not at all if it has run out. */
    public CompletionStage<Answer> inTime(Held held, Function<Duration, CompletionStage<Answer>> asking) {
        var left = Duration.between(clock.instant(), held.expiresAt()).minus(CAPTURE_TIME);
        return left.isPositive()
                ? asking.apply(left.compareTo(longestWait) < 0 ? left : longestWait)
                : released(held, "hold_expired", CallErrors.holdExpired());
    }

    /** Ends a call whose answer is no stream though one was wanted. */
    public CompletionStage<Answer> notStreamed(Held held, ModelAnswer answer) {
        return switch (answer) {
            case Answered refusal when refusal.refused() -> refused(held, refusal);
            case Answered _ -> failed(held, CallErrors.unreadableAnswer());
            case ModelAnswer.Failed failure -> failed(held, CallErrors.of(failure));
        };
    }

    private CompletionStage<Answer> refused(Held held, Answered refusal) {
        return close(held, "upstream_refused")
                .thenApply(headers -> new Answer.Delivered(Outcome.UPSTREAM_REFUSED, refusal, headers));
    }

    private CompletionStage<Answer> answered(PaidCall call, Held held, ModelAnswer answer) {
        return switch (answer) {
            case Answered refusal when refusal.refused() -> refused(held, refusal);
            case Answered redirect when !redirect.succeeded() -> failed(held, CallErrors.unreadableAnswer());
            case Answered success ->
                switch (answers.read(call.request(), success)) {
                    case NotAnAnswer _ -> failed(held, CallErrors.unreadableAnswer());
                    case CallUsage usage -> record(call, held, success, usage);
                };
            case ModelAnswer.Failed failure -> failed(held, CallErrors.of(failure));
        };
    }

    private CompletionStage<Answer> record(PaidCall call, Held held, Answered answer, CallUsage usage) {
        return log.append(new CallLog.Entry(
                        held.holdId(), held.subject(), call, usage, answer.upstream(), clock.instant()))
                .handle((_, failure) -> failure == null ? capture(held, answer, usage) : notRecorded(held, answer))
                .thenCompose(Function.identity());
    }

    /** Billing away is no reason to withhold what is recorded and will be charged: it captures from the record. */
    private CompletionStage<Answer> capture(Held held, Answered answer, CallUsage usage) {
        return payments.capture(held.holdId(), usage)
                .handle((capture, failure) -> failure == null
                        ? delivered(answer, capture)
                        : new Answer.Delivered(Outcome.CAPTURED_LATER, answer, Headers.NONE));
    }

    private static Answer delivered(Answered answer, Capture capture) {
        return switch (capture) {
            case Closed closed -> new Answer.Delivered(Outcome.SERVED, answer, closed.headers());
            case NotSettled refusal ->
                new Answer.Failed(Outcome.NOT_SETTLED, CallErrors.of(refusal), refusal.headers());
        };
    }

    /**
     * A record that was not acknowledged may exist all the same, and billing may have captured from it by now, or be
     * about to. Whoever is charged gets the answer; where billing does not say, neither do we.
     */
    private CompletionStage<Answer> notRecorded(Held held, Answered answer) {
        return payments.release(held.holdId(), "usage_not_recorded")
                .handle((capture, failure) -> failure == null
                        ? capture instanceof Closed closed && closed.nothingCharged()
                                ? notRecorded(closed.headers())
                                : delivered(answer, capture)
                        : new Answer.Failed(Outcome.CHARGE_UNKNOWN, CallErrors.chargeUnknown(), Headers.NONE));
    }

    private static Answer notRecorded(Headers payment) {
        return new Answer.Failed(Outcome.NOT_RECORDED, CallErrors.usageNotRecorded(), payment);
    }

    private CompletionStage<Answer> failed(Held held, ApiError error) {
        return close(held, "upstream_failed")
                .thenApply(headers -> new Answer.Failed(Outcome.UPSTREAM_FAILED, error, headers));
    }

    private CompletionStage<Answer> released(Held held, String reason, ApiError error) {
        return close(held, reason).thenApply(headers -> new Answer.Failed(Outcome.INVALID, error, headers));
    }

    /** Gives a hold back. If billing is away the hold expires there, and the client is told the failure alone. */
    private CompletionStage<Headers> close(Held held, String reason) {
        return payments.release(held.holdId(), reason)
                .handle((capture, failure) ->
                        failure == null && capture instanceof Closed closed ? closed.headers() : Headers.NONE);
    }

    private static Answer billingUnavailable() {
        return new Answer.Failed(Outcome.UNAVAILABLE, CallErrors.billingUnavailable(), Headers.NONE);
    }

    private static CompletionStage<Answer> now(Answer answer) {
        return CompletableFuture.completedStage(answer);
    }
}
