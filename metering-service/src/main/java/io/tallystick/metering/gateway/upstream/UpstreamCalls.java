package io.tallystick.metering.gateway.upstream;

import io.quarkus.logging.Log;
import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.call.ModelRequest;
import io.tallystick.metering.gateway.call.ModelStream;
import io.tallystick.metering.gateway.upstream.Door.Ending;
import io.tallystick.metering.gateway.upstream.route.ModelName;
import io.vertx.core.Future;
import io.vertx.core.Handler;
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
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends a call to the first upstream that takes it. How the answer is read, whole or as it comes, is the caller's: it
 * gets it {@linkplain Opened opened}, when its head is there. Follows no redirect and keeps no cookie.
 */
@ApplicationScoped
class UpstreamCalls {
    /** Shorter than what common servers keep an idle connection, so that a call never meets one just closed. */
    private static final int KEEP_ALIVE_SECONDS = 4;

    private static final int MOST_HEADER_BYTES = 64 * 1024;
    private static final int MOST_LISTS = 64;
    private static final String MODELS = "/v1/models";

    private final Vertx vertx;
    private final ConfiguredUpstreams upstreams;
    private final UpstreamMetrics metrics;
    private final InstantSource clock = InstantSource.system();
    private final Map<String, HttpClient> clients = new ConcurrentHashMap<>();
    private final HttpClient lists;

    UpstreamCalls(Vertx vertx, ConfiguredUpstreams upstreams, UpstreamMetrics metrics) {
        this.vertx = vertx;
        this.upstreams = upstreams;
        this.metrics = metrics;
        lists = vertx.createHttpClient(new HttpClientOptions()
                .setMaxPoolSize(MOST_LISTS)
                .setMaxWaitQueueSize(MOST_LISTS)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setMaxHeaderSize(MOST_HEADER_BYTES));
    }

    /** No upstream let the call in. Nothing was sent. */
    static final class BusyException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** The answer is larger than allowed. */
    static final class TooLargeException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Whoever read the answer wants no more of it. */
    private static final class CutException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** No connection, or none in time: nothing was sent. */
    private static final class NotSentException extends Exception {
        private static final long serialVersionUID = 1L;

        NotSentException(Throwable cause) {
            super(cause);
        }
    }

    /**
     * The answer's head, from whichever upstream serves the call. Fails with {@link BusyException}, {@link
     * TimeoutException}, or what went wrong with the last connection; then the call may have been served.
     *
     * @param wait for the whole answer, over all tries
     */
    Future<Opened> open(ModelRequest request, Duration wait) {
        var now = clock.instant();
        return upstreams
                .all()
                .choose(request.path(), request.model(), now.plus(wait))
                .map(choice -> next(request, choice, new BusyException()))
                .orElseGet(() -> Future.failedFuture(new BusyException()));
    }

    /** An upstream's list of models, by connections of its own: who looks takes none from those who pay. */
    Future<Opened> list(Door door, Headers headers, Duration wait) {
        return aside(HttpMethod.GET, new ModelRequest(MODELS, "", headers, Body.EMPTY), new Choice.Leg(door, ""), wait);
    }

    /** What is asked for nothing, of one upstream and by those connections: it takes no call's place and tells no breaker. */
    Future<Opened> askAside(ModelRequest request, Choice.Leg leg, Duration wait) {
        return aside(HttpMethod.POST, request, leg, wait);
    }

    private Future<Opened> aside(HttpMethod method, ModelRequest request, Choice.Leg leg, Duration wait) {
        var nowhereElse = new Choice(List.of(), 0, clock.instant());
        var attempt = new Choice.Try(leg.door().upstream(), leg.door().aside(), leg.model(), wait, false);
        return new Exchange(method, lists, request, nowhereElse, attempt)
                .begin()
                .recover(failure ->
                        Future.failedFuture(failure instanceof NotSentException unsent ? unsent.getCause() : failure));
    }

    private Future<Opened> next(ModelRequest request, Choice choice, Throwable failure) {
        return choice.next(clock.instant())
                .map(attempt -> begin(request, choice, attempt))
                .orElseGet(() -> Future.failedFuture(failure));
    }

    private Future<Opened> begin(ModelRequest request, Choice choice, Choice.Try attempt) {
        return new Exchange(HttpMethod.POST, client(attempt.upstream()), request, choice, attempt)
                .begin()
                .recover(failure -> failure instanceof NotSentException unsent
                        ? passedOn(request, choice, attempt, unsent)
                        : Future.failedFuture(failure));
    }

    private Future<Opened> passedOn(ModelRequest request, Choice choice, Choice.Try attempt, NotSentException unsent) {
        return choice.next(clock.instant())
                .map(other -> {
                    metrics.passedOn(attempt.upstream().name(), "unreachable");
                    return begin(request, choice, other);
                })
                .orElseGet(() -> Future.failedFuture(unsent.getCause()));
    }

    private HttpClient client(Upstream upstream) {
        return clients.computeIfAbsent(
                upstream.name(),
                _ -> vertx.createHttpClient(new HttpClientOptions()
                        .setConnectTimeout((int) upstream.connectTimeout().toMillis())
                        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setSslHandshakeTimeout(upstream.connectTimeout().toMillis())
                        .setMaxPoolSize(upstream.mostCalls())
                        // A call may wait for a connection that another, just answered, gives back.
                        .setMaxWaitQueueSize(upstream.mostCalls())
                        .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                        .setMaxHeaderSize(MOST_HEADER_BYTES)));
    }

    /** One try at one upstream, up to the head of its answer. */
    private final class Exchange {
        private final HttpMethod method;
        private final HttpClient client;
        private final ModelRequest asked;
        private final Choice choice;
        private final Choice.Try attempt;
        private final Promise<Opened> head = Promise.promise();
        private final Opened opened;

        Exchange(HttpMethod method, HttpClient client, ModelRequest asked, Choice choice, Choice.Try attempt) {
            this.method = method;
            this.client = client;
            this.asked = asked;
            this.choice = choice;
            this.attempt = attempt;
            opened = new Opened(attempt);
        }

        Future<Opened> begin() {
            opened.end.future().onFailure(head::tryFail);
            var upstream = attempt.upstream();
            client.request(new RequestOptions()
                            .setTraceOperation("ask model server")
                            .setMethod(method)
                            .setConnectTimeout(upstream.connectTimeout().toMillis())
                            .setAbsoluteURI(upstream.at(asked.path()).toString()))
                    .onFailure(cause -> opened.fail(new NotSentException(cause)))
                    .onSuccess(this::send);
            return head.future();
        }

        private void send(HttpClientRequest request) {
            if (!opened.took(request)) {
                request.reset();
                return;
            }
            var upstream = attempt.upstream();
            var plain = asked.headers().with("Accept-Encoding", "identity");
            upstream.kind()
                    .withKey(plain, asked.path(), upstream.key())
                    .fields()
                    .forEach(field -> request.headers().add(field.name(), field.value()));
            var sent = HttpMethod.GET.equals(method) ? request.send() : request.send(Buffer.buffer(body().bytes()));
            sent.onFailure(opened::fail).onSuccess(this::received);
        }

        private Body body() {
            return attempt.model().equals(asked.model())
                    ? asked.body()
                    : ModelName.replaced(asked.body(), attempt.model());
        }

        private void received(HttpClientResponse response) {
            response.pause().exceptionHandler(opened::fail);
            opened.response = response;
            if (upstreams.fallBackOn().contains(response.statusCode())) {
                var other = choice.next(clock.instant());
                if (other.isPresent()) {
                    metrics.passedOn(attempt.upstream().name(), "busy");
                    opened.leave();
                    UpstreamCalls.this.begin(asked, choice, other.get()).onComplete(head);
                    return;
                }
            }
            head.tryComplete(opened);
        }
    }

    /** What comes of a stream, to whoever listens, until it ends or is cut. */
    private record Events(Opened opened) implements ModelStream {
        @Override
        public void listen(Listener listener) {
            opened.read(part -> {
                        if (!opened.isOver()) {
                            listener.part(new Body(part.getBytes()));
                        }
                    })
                    .onSuccess(_ -> listener.end())
                    .onFailure(cause -> {
                        if (!(cause instanceof CutException)) {
                            listener.broken();
                        }
                    });
        }

        @Override
        public void pause() {
            opened.response.pause();
        }

        @Override
        public void resume() {
            opened.response.resume();
        }

        @Override
        public void cut() {
            opened.cut();
        }
    }

    /** An answer whose head is there; what follows is still to be {@linkplain #read read}. */
    final class Opened {
        private final Choice.Try attempt;
        private final Promise<Void> end = Promise.promise();
        private final long began = System.nanoTime();
        private final long timer;
        private volatile HttpClientRequest request;
        private volatile HttpClientResponse response;

        private Opened(Choice.Try attempt) {
            this.attempt = attempt;
            timer = vertx.setTimer(Math.max(1, attempt.longest().toMillis()), _ -> timedOut());
        }

        Upstream upstream() {
            return attempt.upstream();
        }

        int status() {
            return response.statusCode();
        }

        Headers headers() {
            return new Headers(response.headers().entries().stream()
                    .map(field -> new Headers.Field(field.getKey(), field.getValue()))
                    .toList());
        }

        /** Hands on each part as it comes, and ends with the answer. Fails with what broke it, or what it was failed with. */
        Future<Void> read(Handler<Buffer> part) {
            response.handler(part).endHandler(_ -> end()).resume();
            return end.future();
        }

        /** Whether it is a stream of events. */
        boolean isEvents() {
            var type = response.getHeader("Content-Type");
            return response.statusCode() == 200
                    && type != null
                    && type.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
        }

        /** The rest as it comes. How long that may take is its reader's to say: the time for an answer does not end it. */
        ModelStream events() {
            vertx.cancelTimer(timer);
            return new Events(this);
        }

        private boolean isOver() {
            return end.future().isComplete();
        }

        /** Nobody wants the rest, which says nothing about the upstream. */
        private void cut() {
            if (end.tryFail(new CutException())) {
                over(Ending.CUT_SHORT, Optional.empty());
                request.reset();
            }
        }

        /** The rest at once; one of more bytes fails with {@link TooLargeException}. */
        Future<Body> whole(int mostBytes) {
            var received = Buffer.buffer();
            return read(part -> {
                        if (received.length() + part.length() > mostBytes) {
                            fail(new TooLargeException());
                        } else {
                            received.appendBuffer(part);
                        }
                    })
                    .map(_ -> new Body(received.getBytes()));
        }

        /** Ends it at once; the connection is closed, and what was not read is lost. */
        void fail(Throwable cause) {
            var ending =
                    switch (cause) {
                        case NotSentException _ -> Ending.UNREACHABLE;
                        case TimeoutException _ -> attempt.wholeTime() ? Ending.TIMED_OUT : Ending.CUT_SHORT;
                        case TooLargeException _ -> Ending.TOO_LARGE;
                        default -> Ending.BROKEN;
                    };
            if (end.tryFail(cause)) {
                over(ending, Optional.empty());
                Log.warnf(
                        "upstream did not answer, upstream=%s, cause=%s",
                        attempt.upstream().name(),
                        cause instanceof NotSentException unsent ? unsent.getCause() : cause);
                if (request != null) {
                    request.reset();
                }
            }
        }

        /** The call goes to another upstream. */
        private void leave() {
            if (end.tryComplete()) {
                over(Ending.ofStatus(status()), retryAfter());
                request.reset();
            }
        }

        /** @return false if it is over already */
        private boolean took(HttpClientRequest made) {
            request = made;
            return !end.future().isComplete();
        }

        private void timedOut() {
            fail(request == null ? new NotSentException(new TimeoutException()) : new TimeoutException());
        }

        private void end() {
            if (end.tryComplete()) {
                over(Ending.ofStatus(status()), retryAfter());
            }
        }

        private Optional<Duration> retryAfter() {
            return RetryAfter.read(response.headers().getAll("Retry-After"), clock.instant());
        }

        private void over(Ending ending, Optional<Duration> retryAfter) {
            vertx.cancelTimer(timer);
            attempt.pass().ended(ending, retryAfter, clock.instant());
            if (attempt.pass().isCall()) {
                metrics.tried(attempt.upstream().name(), ending, System.nanoTime() - began);
            }
        }
    }
}
