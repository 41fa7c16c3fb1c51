package io.tallystick.metering.gateway.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.metering.gateway.call.Answer;
import io.tallystick.metering.gateway.call.Authorization;
import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.CallLog;
import io.tallystick.metering.gateway.call.Capture;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.call.ModelAnswer;
import io.tallystick.metering.gateway.call.ModelOpening;
import io.tallystick.metering.gateway.call.ModelRequest;
import io.tallystick.metering.gateway.call.ModelServer;
import io.tallystick.metering.gateway.call.ModelStream;
import io.tallystick.metering.gateway.call.PaidCall;
import io.tallystick.metering.gateway.call.PaidCalls;
import io.tallystick.metering.gateway.call.Payments;
import io.tallystick.metering.gateway.openai.AnswerForm;
import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.openai.Bucket;
import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.CallUsage;
import io.tallystick.metering.gateway.openai.PaidRoute;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Everything around a stream, with each answer set by the test and a clock that it turns. A token is a word here. */
final class StreamWorld implements Payments, ModelServer, CallLog, StreamTexts {
    static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    static final Headers ANNOUNCED = Headers.NONE.with("PAYMENT-RESPONSE", "at most");
    static final Headers NO_CHARGE = Headers.NONE.with("PAYMENT-RESPONSE", "charged nothing");
    static final long PROMPT_TOKENS = 7;
    static final long MOST_OUTPUT = 100;

    private static final StreamLimits LIMITS =
            new StreamLimits(Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ofMinutes(20), 1000);

    final List<String> steps = new ArrayList<>();
    final Client client = new Client();
    final Upstream upstream = new Upstream();
    PaidRoute route = PaidRoute.CHAT_COMPLETIONS;
    AnswerForm form = AnswerForm.STREAMED;
    ModelOpening opening = new ModelOpening.Streaming(Headers.NONE, upstream, "one");
    CompletableFuture<Void> append = CompletableFuture.completedFuture(null);
    CompletionStage<Capture> capture = CompletableFuture.completedStage(
            new Capture.Closed(false, Headers.NONE.with("PAYMENT-RESPONSE", "charged")));
    CompletionStage<Capture> release = CompletableFuture.completedStage(new Capture.Closed(true, NO_CHARGE));
    CompletionStage<Instant> renewal;
    CompletionStage<Long> promptTokens = CompletableFuture.completedStage(PROMPT_TOKENS);
    CompletableFuture<Answer> answer;
    CallUsage usage;
    PaidStreams streams;
    String asked;

    private Instant now = NOW;
    private Runnable tick = () -> {};

    void serve() {
        var calls = new PaidCalls(this, this, this, (_, _) -> null, () -> now, Duration.ofSeconds(60));
        streams = new PaidStreams(calls, this, this, this, this, () -> now, LIMITS, ticking -> {
            tick = ticking;
            return () -> tick = () -> {};
        });
        var request = new CallRequest(route, "m", 50, MOST_OUTPUT, 3, false, form);
        var call = new PaidCall(
                new UUID(0, 1), "POST", "http://x", request, "paid", Headers.NONE, new Body("body".getBytes(UTF_8)));
        answer = streams.serve(call, client).toCompletableFuture();
    }

    void send(String bytes) {
        upstream.listener.part(new Body(bytes.getBytes(UTF_8)));
    }

    /** Lets time pass, with a look at the clock each second. */
    void pass(Duration time) {
        for (long second = 0; second < time.toSeconds(); second++) {
            now = now.plusSeconds(1);
            tick.run();
        }
    }

    Answer.Outcome outcome() {
        return answer.join().outcome();
    }

    long used(Bucket bucket) {
        return usage.quantities().of(bucket);
    }

    static <T> CompletionStage<T> away() {
        return CompletableFuture.failedStage(new IllegalStateException("away"));
    }

    @Override
    public CompletionStage<Authorization> authorize(PaidCall call) {
        steps.add("authorize");
        return CompletableFuture.completedStage(
                new Authorization.Held("h1", "did:pkh:payer", now.plusSeconds(180), ANNOUNCED));
    }

    @Override
    public Standing standing(String path, String model) {
        return Standing.Open.OPEN;
    }

    @Override
    public CompletionStage<ModelAnswer> ask(ModelRequest request, Duration wait) {
        throw new AssertionError("a stream was asked for");
    }

    @Override
    public CompletionStage<ModelOpening> open(ModelRequest request, Duration wait) {
        steps.add("open");
        asked = new String(request.body().bytes(), UTF_8);
        return CompletableFuture.completedStage(opening);
    }

    @Override
    public CompletionStage<Void> append(Entry entry) {
        usage = entry.usage();
        var output = used(Bucket.OUTPUT_TEXT) + used(Bucket.OUTPUT_REASONING);
        steps.add("append " + usage.source().wireName() + " " + used(Bucket.INPUT_UNCACHED) + "/" + output);
        return append;
    }

    @Override
    public CompletionStage<Capture> capture(String holdId, CallUsage used) {
        steps.add("capture");
        return capture;
    }

    @Override
    public CompletionStage<Instant> renew(String holdId) {
        steps.add("renew");
        return renewal != null ? renewal : CompletableFuture.completedStage(now.plusSeconds(180));
    }

    @Override
    public CompletionStage<Capture> release(String holdId, String reason) {
        steps.add("release " + reason);
        return release;
    }

    @Override
    public Body askingForUsage(Body request) {
        return new Body((new String(request.bytes(), UTF_8) + " asking for usage").getBytes(UTF_8));
    }

    @Override
    public Optional<Map<String, Object>> object(String data) {
        try {
            return Optional.of(new JsonObject(data).getMap());
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    @Override
    public long tokens(String text) {
        return text.split(" ", -1).length;
    }

    @Override
    public CompletionStage<Long> promptTokens(Body request) {
        return promptTokens;
    }

    static final class Upstream implements ModelStream {
        ModelStream.Listener listener;
        boolean paused;
        boolean cut;

        @Override
        public void listen(ModelStream.Listener hearing) {
            listener = hearing;
        }

        @Override
        public void pause() {
            paused = true;
        }

        @Override
        public void resume() {
            paused = false;
        }

        @Override
        public void cut() {
            cut = true;
        }
    }

    static final class Client implements ClientStream {
        ClientStream.Listener listener;
        Headers payment;
        ApiError error;
        Headers settled;
        boolean isGone;
        boolean full;
        boolean ended;
        boolean cut;
        private final ByteArrayOutputStream all = new ByteArrayOutputStream();

        String written() {
            return all.toString(UTF_8);
        }

        @Override
        public void begin(Headers answer, Headers announcement, ClientStream.Listener hearing) {
            payment = announcement;
            listener = hearing;
            if (isGone) {
                hearing.gone();
            }
        }

        @Override
        public void write(Body part) {
            all.writeBytes(part.bytes());
        }

        @Override
        public boolean full() {
            return full;
        }

        @Override
        public void end(Body last) {
            all.writeBytes(last.bytes());
            ended = true;
        }

        @Override
        public void fail(ApiError failure, Headers charge) {
            error = failure;
            settled = charge;
            ended = true;
        }

        @Override
        public void cut() {
            cut = true;
        }
    }
}
