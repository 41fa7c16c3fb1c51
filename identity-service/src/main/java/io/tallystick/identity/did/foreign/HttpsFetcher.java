package io.tallystick.identity.did.foreign;

import io.tallystick.identity.did.foreign.Fetcher.Fetched.Found;
import io.tallystick.identity.did.foreign.Fetcher.Fetched.Missing;
import io.tallystick.identity.did.foreign.Fetcher.Fetched.Overloaded;
import io.tallystick.identity.did.foreign.Fetcher.Fetched.Refused;
import io.tallystick.identity.did.foreign.Fetcher.Fetched.Unreachable;
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
import io.vertx.core.net.SocketAddress;
import io.vertx.core.tracing.TracingPolicy;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Fetches over TLS from public addresses only. The host's name is looked up once; all its addresses are checked, and the
 * connection goes to one that was, under the name, which is what the certificate must be for. Nothing is followed, sent
 * along or unpacked; no proxy stands between.
 */
@Singleton
final class HttpsFetcher implements Fetcher {
    private static final Unreachable SILENT = new Unreachable("the host did not answer as it should, or not in time");
    private static final Refused TOO_LARGE = new Refused("larger than " + FetchBounds.MAX_BYTES + " bytes");

    private final Vertx vertx;
    private final HttpClient http;
    private final HostNames names;
    private final FetchBounds bounds;

    /** Looking up a name blocks for as long as a stranger's name server likes: not a thread that others need. */
    private final ThreadPoolExecutor lookups;

    private final Queue<Fetch> waiting = new ArrayDeque<>();
    private int underWay;

    @Inject
    HttpsFetcher(Vertx vertx, ForeignConfig config) {
        this(vertx, config.fetchBounds(), HostNames::ofThisMachine, new HttpClientOptions());
    }

    /** @param trust whom to trust beside the usual authorities */
    HttpsFetcher(Vertx vertx, FetchBounds bounds, HostNames names, HttpClientOptions trust) {
        int millis = Math.toIntExact(bounds.timeout().toMillis());
        this.vertx = vertx;
        this.bounds = bounds;
        this.names = names;
        this.http = vertx.createHttpClient(new HttpClientOptions(trust)
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setVerifyHost(true)
                .setKeepAlive(false)
                .setMaxPoolSize(bounds.atOnce())
                .setMaxWaitQueueSize(bounds.atOnce())
                .setConnectTimeout(millis)
                .setSslHandshakeTimeout(millis)
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setDecompressionSupported(false)
                // A stranger is told nothing of what goes on here.
                .setTracingPolicy(TracingPolicy.IGNORE));
        this.lookups = new ThreadPoolExecutor(
                bounds.atOnce(),
                bounds.atOnce(),
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(bounds.atOnce()),
                Thread.ofPlatform().daemon().name("foreign-names-", 0).factory());
        lookups.allowCoreThreadTimeOut(true);
    }

    @PreDestroy
    void stop() {
        lookups.shutdownNow();
        http.close();
    }

    @Override
    public CompletionStage<Fetched> fetch(Place place, DidFile file) {
        if (!bounds.ports().contains(place.port())) {
            return CompletableFuture.completedFuture(
                    new Refused("port " + place.port() + " is none that DIDs are fetched from"));
        }
        var fetch = new Fetch(place, file);
        switch (turn(fetch)) {
            case NOW -> {
                fetch.expireOnItsOwn();
                fetch.start();
            }
            case LATER -> fetch.expireOnItsOwn();
            case NEVER -> fetch.end(new Overloaded());
        }
        return fetch.answer;
    }

    private enum Turn {
        NOW,
        LATER,
        NEVER
    }

    private synchronized Turn turn(Fetch fetch) {
        if (underWay < bounds.atOnce()) {
            underWay++;
            return Turn.NOW;
        }
        waiting.removeIf(Fetch::isOver);
        return waiting.size() < bounds.waiting() && waiting.add(fetch) ? Turn.LATER : Turn.NEVER;
    }

    private void startNext() {
        Fetch next;
        synchronized (this) {
            waiting.removeIf(Fetch::isOver);
            next = waiting.poll();
            if (next == null) {
                underWay--;
                return;
            }
        }
        next.start();
    }

    private boolean mayAsk(InetAddress address) {
        return AddressRanges.isPublic(address) || (bounds.loopback() && address.isLoopbackAddress());
    }

    /** One file on its way. Whatever comes first ends it, and the end closes what is open. */
    private final class Fetch {
        private final Place place;
        private final DidFile file;
        private final CompletableFuture<Fetched> answer = new CompletableFuture<>();
        private volatile boolean started;

        Fetch(Place place, DidFile file) {
            this.place = place;
            this.file = file;
        }

        boolean isOver() {
            return answer.isDone();
        }

        void end(Fetched outcome) {
            answer.complete(outcome);
        }

        private void afterwards(Runnable step) {
            CompletionStage<Fetched> outcome = answer;
            outcome.thenRun(step);
        }

        private void endSilent(Throwable cause) {
            end(SILENT);
        }

        void expireOnItsOwn() {
            long timer = vertx.setTimer(bounds.timeout().toMillis(), _ -> end(started ? SILENT : new Overloaded()));
            afterwards(() -> vertx.cancelTimer(timer));
        }

        void start() {
            started = true;
            afterwards(HttpsFetcher.this::startNext);
            try {
                lookups.execute(this::lookUp);
            } catch (RejectedExecutionException _) {
                end(new Overloaded());
            }
        }

        private void lookUp() {
            if (isOver()) {
                return;
            }
            allowed().ifPresentOrElse(this::connect, () -> end(new Missing("the host has no public address")));
        }

        /** One address for the connection, if not one of them is forbidden: who mixes them has something in mind. */
        private Optional<InetAddress> allowed() {
            List<InetAddress> addresses;
            try {
                addresses = names.addresses(place.host());
            } catch (UnknownHostException _) {
                return Optional.empty();
            }
            return addresses.stream().allMatch(HttpsFetcher.this::mayAsk)
                    ? addresses.stream()
                            .filter(Inet4Address.class::isInstance)
                            .findFirst()
                            .or(() -> addresses.stream().findFirst())
                    : Optional.empty();
        }

        private void connect(InetAddress address) {
            boolean plain = bounds.plainToLoopback() && address.isLoopbackAddress();
            http.request(new RequestOptions()
                            .setMethod(HttpMethod.GET)
                            // The address that was checked, by its digits: no name is looked up again.
                            .setServer(SocketAddress.inetSocketAddress(place.port(), address.getHostAddress()))
                            .setHost(place.host())
                            .setPort(place.port())
                            .setSsl(!plain)
                            .setURI(place.folder() + file.fileName())
                            .setFollowRedirects(false)
                            .putHeader(HttpHeaders.ACCEPT_ENCODING, "identity"))
                    .onSuccess(this::ask)
                    .onFailure(this::endSilent);
        }

        private void ask(HttpClientRequest request) {
            // Without one, what a stranger sends wrongly is an error in our log.
            request.connection().exceptionHandler(this::endSilent);
            afterwards(request::reset);
            if (!isOver()) {
                request.send().onSuccess(this::read).onFailure(this::endSilent);
            }
        }

        private void read(HttpClientResponse response) {
            response.exceptionHandler(this::endSilent);
            refusal(response).ifPresentOrElse(this::end, () -> readBody(response));
        }

        private Optional<Fetched> refusal(HttpClientResponse response) {
            int status = response.statusCode();
            if (status == 404 || status == 410) {
                return Optional.of(new Missing("there is none"));
            }
            if (status >= 300 && status < 400) {
                return Optional.of(new Refused("redirects are not followed"));
            }
            if (status != 200) {
                return Optional.of(new Unreachable("the host answered with status " + status));
            }
            return content(response).map(Refused::new);
        }

        private Optional<String> content(HttpClientResponse response) {
            var encodings = response.headers().getAll(HttpHeaders.CONTENT_ENCODING);
            if (!encodings.stream().allMatch("identity"::equalsIgnoreCase)) {
                return Optional.of("an encoded content is not unpacked");
            }
            var types = response.headers().getAll(HttpHeaders.CONTENT_TYPE);
            return types.size() == 1 && file.mayBe(types.getFirst())
                    ? Optional.empty()
                    : Optional.of("its media type is not one of such a file");
        }

        private void readBody(HttpClientResponse response) {
            var body = Buffer.buffer();
            response.handler(part -> {
                if (body.length() + part.length() > FetchBounds.MAX_BYTES) {
                    end(TOO_LARGE);
                } else if (!isOver()) {
                    body.appendBuffer(part);
                }
            });
            response.endHandler(_ -> end(text(body.getBytes())));
        }

        private static Fetched text(byte[] body) {
            try {
                return new Found(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(body))
                        .toString());
            } catch (CharacterCodingException _) {
                return new Refused("not UTF-8");
            }
        }
    }
}
