package io.tallystick.metering.gateway;

import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.Headers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One request and its whole answer, within a time and a size. Follows no redirect and keeps no cookie. */
@ApplicationScoped
class HttpExchange {
    /** Shorter than what common servers keep an idle connection, so that a call never meets one just closed. */
    private static final int KEEP_ALIVE_SECONDS = 4;

    private static final int MOST_HEADER_BYTES = 64 * 1024;

    private final Vertx vertx;
    private final HttpClient client;

    HttpExchange(Vertx vertx, GatewayConfig config) {
        this.vertx = vertx;
        client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout((int) config.upstream().connectTimeout().toMillis())
                .setMaxPoolSize(config.maxCalls())
                // A call may wait for a connection that another, just answered, gives back.
                .setMaxWaitQueueSize(config.maxCalls())
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setMaxHeaderSize(MOST_HEADER_BYTES)
                .setIdleTimeoutUnit(TimeUnit.SECONDS));
    }

    record Reply(int status, Headers headers, Body body) {}

    /** The answer is larger than allowed. */
    static final class TooLargeException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Asks. {@code operation} is the request's name in traces.
     *
     * <p>Fails with {@link TimeoutException}, {@link TooLargeException}, or what went wrong with the connection. After any
     * failure the request may have been acted on.
     */
    Future<Reply> send(
            String operation, HttpMethod method, URI url, Headers headers, Body body, Duration wait, int mostBytes) {
        var exchange = new Exchange(mostBytes);
        var timer = vertx.setTimer(Math.max(1, wait.toMillis()), _ -> exchange.fail(new TimeoutException()));
        client.request(new RequestOptions()
                        .setTraceOperation(operation)
                        .setMethod(method)
                        .setAbsoluteURI(url.toString()))
                .onFailure(exchange::fail)
                .onSuccess(request -> exchange.start(request, headers, body));
        return exchange.reply.future().onComplete(_ -> vertx.cancelTimer(timer));
    }

    private static final class Exchange {
        private final Promise<Reply> reply = Promise.promise();
        private final Buffer received = Buffer.buffer();
        private final int mostBytes;
        private volatile HttpClientRequest request;

        Exchange(int mostBytes) {
            this.mostBytes = mostBytes;
        }

        void start(HttpClientRequest opened, Headers headers, Body body) {
            request = opened;
            headers.fields().forEach(field -> opened.headers().add(field.name(), field.value()));
            if (reply.future().isComplete()) {
                opened.reset();
                return;
            }
            var sent = HttpMethod.GET.equals(opened.getMethod())
                    ? opened.send()
                    : opened.send(Buffer.buffer(body.bytes()));
            sent.onFailure(this::fail).onSuccess(this::receive);
        }

        void receive(HttpClientResponse response) {
            response.exceptionHandler(this::fail)
                    .handler(this::append)
                    .endHandler(_ -> reply.tryComplete(
                            new Reply(response.statusCode(), headers(response), new Body(received.getBytes()))));
        }

        void append(Buffer part) {
            if (received.length() + part.length() > mostBytes) {
                fail(new TooLargeException());
            } else {
                received.appendBuffer(part);
            }
        }

        void fail(Throwable cause) {
            if (reply.tryFail(cause) && request != null) {
                request.reset();
            }
        }

        private static Headers headers(HttpClientResponse response) {
            return new Headers(response.headers().entries().stream()
                    .map(field -> new Headers.Field(field.getKey(), field.getValue()))
                    .toList());
        }
    }
}
