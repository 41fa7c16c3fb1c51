package io.tallystick.metering.gateway.stream;

import io.tallystick.metering.gateway.call.Answer;
import io.tallystick.metering.gateway.call.Authorization.Held;
import io.tallystick.metering.gateway.call.CallLog;
import io.tallystick.metering.gateway.call.ModelOpening;
import io.tallystick.metering.gateway.call.ModelRequest;
import io.tallystick.metering.gateway.call.ModelServer;
import io.tallystick.metering.gateway.call.PaidCall;
import io.tallystick.metering.gateway.call.PaidCalls;
import io.tallystick.metering.gateway.call.Payments;
import io.tallystick.metering.gateway.openai.AnswerForm;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Serves calls whose answers are streamed. */
public final class PaidStreams {
    private final PaidCalls calls;
    private final Payments payments;
    private final ModelServer modelServer;
    private final CallLog log;
    private final StreamTexts texts;
    private final InstantSource clock;
    private final StreamLimits limits;
    private final Function<Runnable, Runnable> ticks;
    private final AtomicInteger open = new AtomicInteger();
    private volatile Instant cutAt = Instant.MAX;

    /** @param ticks calls what it is given from time to time, on the thread of the call, until what it answers is run */
    public PaidStreams(
            PaidCalls calls,
            Payments payments,
            ModelServer modelServer,
            CallLog log,
            StreamTexts texts,
            InstantSource clock,
            StreamLimits limits,
            Function<Runnable, Runnable> ticks) {
        this.calls = calls;
        this.payments = payments;
        this.modelServer = modelServer;
        this.log = log;
        this.texts = texts;
        this.clock = clock;
        this.limits = limits;
        this.ticks = ticks;
    }

    /** Completes when the stream has ended and is charged, or with what is to be answered instead. */
    public CompletionStage<Answer> serve(PaidCall call, ClientStream client) {
        return calls.serve(
                call,
                held -> calls.inTime(held, wait -> modelServer
                        .open(
                                new ModelRequest(
                                        call.request().route().path(),
                                        call.request().model(),
                                        call.headers().forModelServer(),
                                        call.request().form() == AnswerForm.STREAMED
                                                ? texts.askingForUsage(call.body())
                                                : call.body()),
                                wait)
                        .thenCompose(opening -> opened(call, held, client, opening))));
    }

    /** Cuts the streams that are still under way at {@code last}: the process ends. */
    public void endBy(Instant last) {
        cutAt = last;
    }

    /** Streams that are under way. */
    public int open() {
        return open.get();
    }

    private CompletionStage<Answer> opened(PaidCall call, Held held, ClientStream client, ModelOpening opening) {
        return switch (opening) {
            case ModelOpening.Whole(var answer) -> calls.notStreamed(held, answer);
            case ModelOpening.Streaming opened -> {
                var stream = new PaidStream(call, held, opened, client, payments, log, texts, clock, limits);
                open.incrementAndGet();
                var stop = ticks.apply(() -> stream.tick(cutAt));
                yield stream.run(opened.headers()).whenComplete((_, _) -> {
                    stop.run();
                    open.decrementAndGet();
                });
            }
        };
    }
}
