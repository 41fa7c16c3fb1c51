package io.tallystick.metering.gateway.stream;

import io.tallystick.metering.gateway.call.Answer;
import io.tallystick.metering.gateway.call.Answer.Outcome;
import io.tallystick.metering.gateway.call.Authorization.Held;
import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.CallErrors;
import io.tallystick.metering.gateway.call.CallLog;
import io.tallystick.metering.gateway.call.Capture;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.call.ModelOpening;
import io.tallystick.metering.gateway.call.ModelStream;
import io.tallystick.metering.gateway.call.PaidCall;
import io.tallystick.metering.gateway.call.Payments;
import io.tallystick.metering.gateway.openai.CallUsage;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * One stream from its head to its charge. The model server, the client and the clock tell it what happens, one at a time
 * and from one thread.
 *
 * <p>However it ends, it ends once, and then: nothing was generated, and the hold is given back; or the usage is
 * recorded, and only after that the client gets the last event and the hold is captured.
 */
final class PaidStream implements ModelStream.Listener, ClientStream.Listener {
    private static final String LAST = "[DONE]";

    /** Left of a hold's life for recording and capturing. */
    private static final Duration CAPTURE_TIME = Duration.ofSeconds(5);

    private final PaidCall call;
    private final Held held;
    private final ModelStream upstream;
    private final String servedBy;
    private final ClientStream client;
    private final Payments payments;
    private final CallLog log;
    private final StreamTexts texts;
    private final InstantSource clock;
    private final StreamLimits limits;

    private final EventSplitter splitter;
    private final StreamUsage usage;
    private final Instant begun;
    private final Duration renewedBefore;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private Body last = Body.EMPTY;
    private Instant heardAt;
    private Optional<Instant> stalledSince = Optional.empty();
    private Instant expiresAt;
    private boolean renewing;
    private boolean complete;
    private boolean ended;

    PaidStream(
            PaidCall call,
            Held held,
            ModelOpening.Streaming opened,
            ClientStream client,
            Payments payments,
            CallLog log,
            StreamTexts texts,
            InstantSource clock,
            StreamLimits limits) {
        this.call = call;
        this.held = held;
        upstream = opened.events();
        servedBy = opened.upstream();
        this.client = client;
        this.payments = payments;
        this.log = log;
        this.texts = texts;
        this.clock = clock;
        this.limits = limits;
        splitter = new EventSplitter(limits.eventBytes());
        usage = StreamUsage.of(call.request(), texts::tokens);
        begun = clock.instant();
        heardAt = begun;
        expiresAt = held.expiresAt();
        // Half a hold's life is left for billing to be away.
        renewedBefore = Duration.between(begun, expiresAt).dividedBy(2);
    }

    /** Completes when nothing is left to do. */
    CompletionStage<Answer> run(Headers head) {
        client.begin(head, held.announcement(), this);
        if (!ended) {
            upstream.listen(this);
        }
        return answer;
    }

    @Override
    public void part(Body bytes) {
        if (ended) {
            return;
        }
        heardAt = clock.instant();
        var passed = new ByteArrayOutputStream();
        splitter.feed(bytes.bytes()).forEach(event -> take(event, passed));
        if (passed.size() > 0) {
            client.write(new Body(passed.toByteArray()));
        }
        if (splitter.overflows()) {
            end(StreamEnd.UPSTREAM_BROKEN);
        } else if (complete) {
            end(StreamEnd.COMPLETE);
        } else if (client.full() && stalledSince.isEmpty()) {
            stalledSince = Optional.of(heardAt);
            upstream.pause();
        }
    }

    /** Some servers end without the last event, or without the empty line after it. */
    @Override
    public void end() {
        if (ended) {
            return;
        }
        var passed = new ByteArrayOutputStream();
        take(splitter.rest(), passed);
        if (passed.size() > 0) {
            client.write(new Body(passed.toByteArray()));
        }
        end(complete || usage.isFinished() ? StreamEnd.COMPLETE : StreamEnd.UPSTREAM_BROKEN);
    }

    @Override
    public void broken() {
        end(StreamEnd.UPSTREAM_BROKEN);
    }

    @Override
    public void drained() {
        if (!ended && stalledSince.isPresent()) {
            stalledSince = Optional.empty();
            heardAt = clock.instant();
            upstream.resume();
        }
    }

    @Override
    public void gone() {
        end(StreamEnd.CLIENT_GONE);
    }

    /**
     * Looks at the clock: from time to time, and often enough for the shortest of the waits.
     *
     * @param atLatest no stream goes on after it
     */
    void tick(Instant atLatest) {
        var now = clock.instant();
        if (ended) {
            return;
        }
        if (over(begun, limits.longest(), now) || !now.isBefore(atLatest)) {
            end(StreamEnd.TOO_LONG);
        } else if (stalledSince.isPresent()) {
            if (over(stalledSince.get(), limits.stalled(), now)) {
                end(StreamEnd.CLIENT_STALLED);
            }
        } else if (over(heardAt, limits.idle(), now)) {
            end(StreamEnd.UPSTREAM_SILENT);
        }
        var left = Duration.between(now, expiresAt);
        if (left.compareTo(CAPTURE_TIME) <= 0) {
            end(StreamEnd.HOLD_ENDS);
        } else if (!ended && !renewing && left.compareTo(renewedBefore) <= 0) {
            renew();
        }
    }

    private static boolean over(Instant since, Duration wait, Instant now) {
        return Duration.between(since, now).compareTo(wait) >= 0;
    }

    private void renew() {
        renewing = true;
        payments.renew(held.holdId()).whenComplete((until, failure) -> {
            renewing = false;
            if (failure == null) {
                expiresAt = until;
            }
        });
    }

    private void take(EventSplitter.Event event, ByteArrayOutputStream passed) {
        if (complete) {
            return;
        }
        var data = event.data().orElse("");
        if (data.equals(LAST)) {
            finishWith(event);
            return;
        }
        switch (texts.object(data).map(usage::read).orElse(StreamUsage.Step.PASS)) {
            case PASS -> passed.writeBytes(event.raw().bytes());
            case LAST -> finishWith(event);
            case HIDE -> {}
        }
    }

    private void finishWith(EventSplitter.Event event) {
        complete = true;
        last = event.raw();
    }

    private void end(StreamEnd end) {
        if (ended) {
            return;
        }
        ended = true;
        if (end != StreamEnd.COMPLETE) {
            upstream.cut();
        }
        used(end)
                .thenCompose(used -> used.map(known -> record(end, known)).orElseGet(() -> giveBack(end)))
                .whenComplete((done, failure) -> {
                    upstream.cut();
                    if (failure == null) {
                        answer.complete(done);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
    }

    /** Empty if nothing was generated that anybody could have got. */
    private CompletionStage<Optional<CallUsage>> used(StreamEnd end) {
        if (end != StreamEnd.COMPLETE && !usage.hasOutput()) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        return usage.told().isPresent()
                ? CompletableFuture.completedStage(usage.told())
                : texts.promptTokens(call.body())
                        .exceptionally(_ -> call.request().inputEstimate())
                        .thenApply(prompt -> Optional.of(usage.counted(prompt)));
    }

    private CompletionStage<Answer> giveBack(StreamEnd end) {
        return payments.release(held.holdId(), end.reason()).handle((capture, failure) -> {
            var settled = failure == null && capture instanceof Capture.Closed closed ? closed.headers() : Headers.NONE;
            finish(end, false, settled);
            return new Answer.Streamed(end.outcome());
        });
    }

    private CompletionStage<Answer> record(StreamEnd end, CallUsage used) {
        return log.append(new CallLog.Entry(held.holdId(), held.subject(), call, used, servedBy, clock.instant()))
                .handle((_, failure) -> failure == null ? capture(end, used) : notRecorded(end))
                .thenCompose(Function.identity());
    }

    /** The client need not wait for the capture: it will be charged, by this or from the record. */
    private CompletionStage<Answer> capture(StreamEnd end, CallUsage used) {
        finish(end, true, Headers.NONE);
        return payments.capture(held.holdId(), used)
                .handle((capture, failure) -> new Answer.Streamed(
                        failure != null
                                ? Outcome.CAPTURED_LATER
                                : capture instanceof Capture.NotSettled ? Outcome.NOT_SETTLED : end.outcome()));
    }

    /** A record that was not acknowledged may exist all the same, and billing may have captured from it by now. */
    private CompletionStage<Answer> notRecorded(StreamEnd end) {
        return payments.release(held.holdId(), "usage_not_recorded").handle((capture, failure) -> {
            if (failure != null) {
                client.fail(CallErrors.streamChargeUnknown(), Headers.NONE);
                return new Answer.Streamed(Outcome.CHARGE_UNKNOWN);
            }
            if (capture instanceof Capture.Closed closed && closed.nothingCharged()) {
                client.fail(CallErrors.streamNotRecorded(), closed.headers());
                return new Answer.Streamed(Outcome.NOT_RECORDED);
            }
            finish(end, true, Headers.NONE);
            return new Answer.Streamed(end.outcome());
        });
    }

    private void finish(StreamEnd end, boolean charged, Headers settled) {
        switch (end) {
            case COMPLETE -> client.end(last);
            case CLIENT_GONE, CLIENT_STALLED -> client.cut();
            case UPSTREAM_BROKEN, UPSTREAM_SILENT -> client.fail(CallErrors.streamBroken(charged), settled);
            case TOO_LONG, HOLD_ENDS -> client.fail(CallErrors.streamCut(charged), settled);
        }
    }
}
