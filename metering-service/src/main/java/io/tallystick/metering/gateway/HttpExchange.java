package io.tallystick.metering.gateway;

import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.call.ModelStream;
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
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One request and its answer, whole within a time and a size, or as it comes. Follows no redirect and keeps no cookie. */
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
        return exchange(operation, method, url, headers, body, wait, new Exchange(mostBytes, false))
                .map(opened -> switch (opened) {
                    case Opened.Whole(var reply) -> reply;
                    case Opened.Events _ -> throw new IllegalStateException("nobody asked for a stream");
                });
    }

    /** As {@link #send}, but an answer that is a stream of events is handed over as soon as it begins. */
    Future<Opened> open(String operation, URI url, Headers headers, Body body, Duration wait, int mostBytes) {
        return exchange(operation, HttpMethod.POST, url, headers, body, wait, new Exchange(mostBytes, true));
    }

    /** How an answer began. */
    sealed interface Opened {

        record Events(Headers headers, ModelStream events) implements Opened {}

        record Whole(Reply reply) implements Opened {}
    }

    private Future<Opened> exchange(
            String operation,
            HttpMethod method,
            URI url,
            Headers headers,
            Body body,
            Duration wait,
            Exchange exchange) {
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
        private final Promise<Opened> reply = Promise.promise();
        private final Buffer received = Buffer.buffer();
        private final int mostBytes;
        private final boolean mayStream;
        private volatile HttpClientRequest request;

        Exchange(int mostBytes, boolean mayStream) {
            this.mostBytes = mostBytes;
            this.mayStream = mayStream;
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
            if (mayStream && isStream(response)) {
                var events = new Events(request, response);
                if (!reply.tryComplete(new Opened.Events(headers(response), events))) {
                    events.cut();
                }
                return;
            }
            response.exceptionHandler(this::fail)
                    .handler(this::append)
                    .endHandler(_ -> reply.tryComplete(new Opened.Whole(
                            new Reply(response.statusCode(), headers(response), new Body(received.getBytes())))));
        }

        private static boolean isStream(HttpClientResponse response) {
            var type = response.getHeader("Content-Type");
            return response.statusCode() == 200
                    && type != null
                    && type.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
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

    /** An answer's events, paused until somebody listens. */
    private static final class Events implements ModelStream {
        private final HttpClientRequest request;
        private final HttpClientResponse response;
        private boolean over;

        Events(HttpClientRequest request, HttpClientResponse response) {
            this.request = request;
            this.response = response.pause();
        }

        @Override
        public void listen(Listener listener) {
            response.exceptionHandler(_ -> {
                        if (ends()) {
                            listener.broken();
                        }
                    })
                    .endHandler(_ -> {
                        if (ends()) {
                            listener.end();
                        }
                    })
                    .handler(part -> {
                        if (!over) {
                            listener.part(new Body(part.getBytes()));
                        }
                    })
                    .resume();
        }

        private boolean ends() {
            var first = !over;
            over = true;
            return first;
        }

        @Override
        public void pause() {
            response.pause();
        }

        @Override
        public void resume() {
            response.resume();
        }

        @Override
        public void cut() {
            if (ends()) {
                request.reset();
            }
        }
    }
}
