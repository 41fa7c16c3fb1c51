package io.tallystick.identity.did.ethr;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.identity.did.ethr.Node.Said.Answer;
import io.tallystick.identity.did.ethr.Node.Said.Silence;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.tracing.TracingPolicy;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Asks the nodes that are configured, and nobody else: bounded in time and size, no redirects. */
@Singleton
final class NodeHttp implements Node {
    /** Of one answer. */
    static final int MAX_BYTES = 1 << 20;

    private static final Silence SILENT = new Silence("it does not answer, or not in time");
    private static final Silence TOO_LARGE = new Silence("its answer is larger than " + MAX_BYTES + " bytes");
    private static final Silence NOT_TEXT = new Silence("its answer is no text");

    private final Vertx vertx;
    private final HttpClient http;
    private final MeterRegistry metrics;

    @Inject
    NodeHttp(Vertx vertx, EthrConfig config, MeterRegistry metrics) {
        this.vertx = vertx;
        this.metrics = metrics;
        int millis = Math.toIntExact(config.timeout().toMillis());
        this.http = vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setVerifyHost(true)
                // Of each node. A reading asks one thing at a time.
                .setMaxPoolSize(config.maxReads())
                .setMaxWaitQueueSize(config.maxReads())
                .setKeepAliveTimeout(15)
                .setConnectTimeout(millis)
                .setDecompressionSupported(false)
                .setTracingPolicy(TracingPolicy.IGNORE));
    }

    @PreDestroy
    void stop() {
        http.close();
    }

    @Override
    public CompletionStage<Said> ask(Network network, String request, Duration left) {
        var answer = new CompletableFuture<Said>();
        // An answer is read on the context it arrives on: elsewhere its first bytes may come before there is a reader.
        vertx.getOrCreateContext().runOnContext(_ -> {
            long timer = vertx.setTimer(Math.max(1, left.toMillis()), _ -> answer.complete(SILENT));
            afterwards(answer, () -> vertx.cancelTimer(timer));
            http.request(options(network))
                    .onSuccess(sent -> send(sent, request, answer))
                    .onFailure(_ -> answer.complete(SILENT));
        });
        return answer.thenApply(said -> counted(network, said));
    }

    private static RequestOptions options(Network network) {
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(network.node().toString())
                .setFollowRedirects(false)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.ACCEPT, "application/json");
    }

    private static void afterwards(CompletionStage<Said> answer, Runnable step) {
        answer.thenRun(step);
    }

    private static void send(HttpClientRequest request, String text, CompletableFuture<Said> answer) {
        // Without one, what a node sends wrongly is an error in our log.
        request.connection().exceptionHandler(_ -> answer.complete(SILENT));
        // One that is late or endless is given up: it would keep its connection.
        afterwards(answer, () -> {
            if (answer.join() instanceof Silence) {
                request.reset();
            }
        });
        if (!answer.isDone()) {
            request.send(text).onSuccess(response -> read(response, answer)).onFailure(_ -> answer.complete(SILENT));
        }
    }

    private static void read(HttpClientResponse response, CompletableFuture<Said> answer) {
        response.exceptionHandler(_ -> answer.complete(SILENT));
        if (response.statusCode() != 200) {
            answer.complete(new Silence("it answers with status " + response.statusCode()));
            return;
        }
        var body = Buffer.buffer();
        response.handler(part -> {
            if (body.length() + part.length() > MAX_BYTES) {
                answer.complete(TOO_LARGE);
            } else if (!answer.isDone()) {
                body.appendBuffer(part);
            }
        });
        response.endHandler(_ -> answer.complete(text(body.getBytes())));
    }

    private static Said text(byte[] body) {
        try {
            return new Answer(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException _) {
            return NOT_TEXT;
        }
    }

    private Said counted(Network network, Said said) {
        metrics.counter(
                        "tallystick.identity.ethr.requests",
                        "network",
                        network.name(),
                        "outcome",
                        said instanceof Answer ? "answered" : "silent")
                .increment();
        return said;
    }
}
