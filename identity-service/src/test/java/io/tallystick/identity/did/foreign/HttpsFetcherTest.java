package io.tallystick.identity.did.foreign;

import static io.tallystick.identity.did.foreign.StrangersServer.content;
import static io.tallystick.identity.did.foreign.StrangersServer.ok;
import static io.tallystick.identity.did.foreign.StrangersServer.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.foreign.Fetcher.DidFile;
import io.tallystick.identity.did.foreign.Fetcher.Fetched;
import io.tallystick.identity.did.foreign.Fetcher.Fetched.Found;
import io.tallystick.identity.did.foreign.Fetcher.Fetched.Missing;
import io.tallystick.identity.did.foreign.Fetcher.Fetched.Overloaded;
import io.tallystick.identity.did.foreign.Fetcher.Fetched.Refused;
import io.tallystick.identity.did.foreign.Fetcher.Fetched.Unreachable;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What strangers try with the files of their DIDs, against servers that count who comes. */
class HttpsFetcherTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final String JSON = "application/json";

    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicInteger lookups = new AtomicInteger();

    @AfterEach
    void close() throws Exception {
        for (var one : open) {
            one.close();
        }
    }

    @AfterAll
    static void stop() {
        VERTX.close();
    }

    private StrangersServer server(StrangersServer.Script script) {
        var server = new StrangersServer(script);
        open.add(server);
        return server;
    }

    private HttpsFetcher fetcher(FetchBounds bounds, HostNames names) {
        HostNames counted = host -> {
            lookups.incrementAndGet();
            return names.addresses(host);
        };
        var fetcher = new HttpsFetcher(VERTX, bounds, counted, new HttpClientOptions());
        open.add(fetcher::stop);
        return fetcher;
    }

    /** One that is told that every name is this machine, and lets it be. */
    private HttpsFetcher toLoopback(StrangersServer server) {
        return fetcher(bounds(server, true), names("127.0.0.1"));
    }

    private static FetchBounds bounds(StrangersServer server, boolean loopback) {
        return new FetchBounds(Set.of(server.port()), loopback, loopback, Duration.ofSeconds(2), 4, 4);
    }

    private static HostNames names(String... addresses) {
        return _ -> {
            var found = new ArrayList<InetAddress>();
            for (var address : addresses) {
                found.add(InetAddress.ofLiteral(address));
            }
            return found;
        };
    }

    private static CompletableFuture<Fetched> begin(Fetcher fetcher, int port, DidFile file) {
        return fetcher.fetch(new Place("a.example", port, "/dids/one/"), file)
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS);
    }

    private static Fetched fetch(Fetcher fetcher, StrangersServer server) {
        return begin(fetcher, server.port(), DidFile.DOCUMENT).join();
    }

    @Test
    void bringsTheFileAndTellsNothing() {
        var server = server(content(JSON, "{\"id\":\"é\"}"));

        assertThat(fetch(toLoopback(server), server)).isEqualTo(new Found("{\"id\":\"é\"}"));
        assertThat(server.heads()).singleElement().satisfies(head -> assertThat(head.lines())
                .containsExactlyInAnyOrder(
                        "GET /dids/one/did.json HTTP/1.1",
                        "host: a.example:" + server.port(),
                        "accept-encoding: identity",
                        "connection: close",
                        ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "::7f00:1"})
    void ssrfByANameThatLeadsToThisMachine(String address) {
        var server = server(content(JSON, "{}"));

        assertThat(fetch(fetcher(bounds(server, false), names(address)), server))
                .isInstanceOf(Missing.class);
        assertThat(server.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "172.16.0.1",
                "192.168.0.1",
                "100.64.0.1",
                "169.254.169.254",
                "fd00:ec2::254",
                "fe80::1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::1",
                "2001:0:7f00:1::1",
                "0.0.0.0"
            })
    void ssrfToPrivateAddressesAlsoWhereLoopbackIsAllowed(String address) {
        var server = server(content(JSON, "{}"));

        assertThat(fetch(fetcher(bounds(server, true), names(address)), server)).isInstanceOf(Missing.class);
        assertThat(server.connections()).isZero();
    }

    @Test
    void ssrfByOneForbiddenAddressAmongPublicOnes() {
        var server = server(content(JSON, "{}"));

        assertThat(fetch(fetcher(bounds(server, false), names("1.1.1.1", "127.0.0.1")), server))
                .isInstanceOf(Missing.class);
        assertThat(server.connections()).isZero();
    }

    /** The name has one address when it is checked and another one afterwards. */
    @Test
    void dnsRebindingBetweenCheckAndConnection() {
        var good = server(content(JSON, "{}"));
        var victim = new StrangersServer(StrangersServer.open("127.0.0.2", good.port()), content(JSON, "{}"));
        open.add(victim);
        HostNames rebinding = _ -> List.of(InetAddress.ofLiteral(lookups.get() == 1 ? "127.0.0.1" : "127.0.0.2"));

        assertThat(fetch(fetcher(bounds(good, true), rebinding), good)).isEqualTo(new Found("{}"));
        assertThat(lookups).hasValue(1);
        assertThat(victim.connections()).isZero();
    }

    @Test
    void ssrfByARedirect() {
        var target = server(content(JSON, "{}"));
        for (int status : List.of(301, 302, 303, 307, 308)) {
            var server = server((_, out) -> write(
                    out,
                    "HTTP/1.1 %d Moved\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n"
                            .formatted(status, target.port())));

            assertThat(fetch(toLoopback(server), server)).isInstanceOf(Refused.class);
            assertThat(server.connections()).isOne();
        }
        assertThat(target.connections()).isZero();
    }

    @Test
    void portScan() {
        var server = server(content(JSON, "{}"));
        var fetcher = fetcher(bounds(server(content(JSON, "{}")), true), names("127.0.0.1"));

        assertThat(fetch(fetcher, server)).isInstanceOf(Refused.class);
        assertThat(lookups).hasValue(0);
        assertThat(server.connections()).isZero();
    }

    /** What is not there, does not answer and may not be asked is told apart by nobody. */
    @Test
    void mappingOfOurNetworkByTheAnswers() {
        var server = server(content(JSON, "{}"));
        HostNames unknown = host -> {
            throw new UnknownHostException(host);
        };

        assertThat(fetch(fetcher(bounds(server, false), unknown), server))
                .isEqualTo(fetch(fetcher(bounds(server, false), names("10.0.0.1")), server));
    }

    @Test
    void slowLorisInTheBody() throws InterruptedException {
        var gone = new CountDownLatch(1);
        var server = server((_, out) -> {
            write(out, ok(JSON) + "Content-Length: 1000\r\n\r\n");
            try {
                while (true) {
                    write(out, " ");
                    Thread.sleep(50);
                }
            } catch (IOException _) {
                gone.countDown();
            }
        });
        long began = System.nanoTime();

        assertThat(fetch(toLoopback(server), server)).isInstanceOf(Unreachable.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(9));
        assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void slowLorisBeforeTheHead() {
        var server = server((_, _) -> Thread.sleep(20_000));

        assertThat(fetch(toLoopback(server), server)).isInstanceOf(Unreachable.class);
    }

    @Test
    void slowNameServer() {
        var server = server(content(JSON, "{}"));
        HostNames slow = host -> {
            try {
                Thread.sleep(3_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return names("127.0.0.1").addresses(host);
        };

        assertThat(fetch(fetcher(bounds(server, true), slow), server)).isInstanceOf(Unreachable.class);
        assertThat(server.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DOCUMENT", "LOG", "WITNESSES"})
    void endlessBody(DidFile file) throws InterruptedException {
        var sent = new AtomicLong();
        var gone = new CountDownLatch(1);
        var server = server((_, out) -> {
            write(out, ok(JSON) + "\r\n");
            try {
                while (sent.addAndGet(1024) < 1L << 30) {
                    write(out, " ".repeat(1024));
                }
            } catch (IOException _) {
                gone.countDown();
            }
        });

        assertThat(begin(toLoopback(server), server.port(), file).join()).isInstanceOf(Refused.class);
        assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
        // What the sockets of both sides hold comes on top of what was read.
        assertThat(sent.get()).isLessThan(64L << 20);
    }

    @Test
    void aByteMoreThanTheBound() {
        var most = " ".repeat(FetchBounds.MAX_BYTES - 2) + "{}";
        var server = server((path, out) ->
                content(JSON, path.contains("witness") ? most + " " : most).answer(path, out));
        var fetcher = toLoopback(server);

        assertThat(fetch(fetcher, server)).isEqualTo(new Found(most));
        assertThat(begin(fetcher, server.port(), DidFile.WITNESSES).join()).isInstanceOf(Refused.class);
    }

    @Test
    void decompressionBomb() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(new byte[64 << 20]);
        }
        var server = server((_, out) -> {
            write(out, ok(JSON) + "Content-Encoding: gzip\r\nContent-Length: " + bytes.size() + "\r\n\r\n");
            bytes.writeTo(out);
        });

        assertThat(fetch(toLoopback(server), server)).isEqualTo(new Refused("an encoded content is not unpacked"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: text/html\r\n",
                "Content-Type: application/jsonp\r\n",
                "Content-Type: text/html\r\nContent-Type: application/json\r\n",
                ""
            })
    void contentOfAnotherKind(String header) {
        var server = server((_, out) -> write(out, "HTTP/1.1 200 OK\r\n" + header + "Content-Length: 2\r\n\r\n{}"));

        assertThat(fetch(toLoopback(server), server)).isInstanceOf(Refused.class);
    }

    @Test
    void contentThatIsNoText() {
        var server = server((_, out) -> {
            write(out, ok(JSON) + "Content-Length: 4\r\n\r\n");
            out.write(new byte[] {'"', (byte) 0xc0, (byte) 0xaf, '"'});
        });

        assertThat(fetch(toLoopback(server), server)).isEqualTo(new Refused("not UTF-8"));
    }

    @Test
    void truncatedBody() {
        var server = server((_, out) -> write(out, ok(JSON) + "Content-Length: 100\r\n\r\n{}"));

        assertThat(fetch(toLoopback(server), server)).isInstanceOf(Unreachable.class);
    }

    @Test
    void endlessHead() {
        var server = server((_, out) -> {
            write(out, "HTTP/1.1 200 OK\r\n");
            while (true) {
                write(out, "X-Filler: " + "x".repeat(1000) + "\r\n");
            }
        });

        assertThat(fetch(toLoopback(server), server)).isInstanceOf(Unreachable.class);
    }

    @Test
    void saysWhatIsMissingAndWhatMayComeBack() {
        var missing = server((_, out) -> write(out, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
        var broken = server((_, out) -> write(out, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));

        assertThat(fetch(toLoopback(missing), missing)).isInstanceOf(Missing.class);
        assertThat(fetch(toLoopback(broken), broken)).isInstanceOf(Unreachable.class);
    }

    @Test
    void floodOfFetches() throws InterruptedException {
        var release = new CountDownLatch(1);
        var server = server((path, out) -> {
            release.await();
            content(JSON, "{}").answer(path, out);
        });
        var fetcher = fetcher(
                new FetchBounds(Set.of(server.port()), true, true, Duration.ofSeconds(20), 1, 1), names("127.0.0.1"));

        var first = begin(fetcher, server.port(), DidFile.DOCUMENT);
        var second = begin(fetcher, server.port(), DidFile.DOCUMENT);
        var third = begin(fetcher, server.port(), DidFile.DOCUMENT);
        assertThat(third.join()).isEqualTo(new Overloaded());
        assertThat(second).isNotDone();
        release.countDown();

        assertThat(first.join()).isEqualTo(new Found("{}"));
        assertThat(second.join()).isEqualTo(new Found("{}"));
        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void aFetchThatNeverHadItsTurn() {
        var server = server((_, _) -> Thread.sleep(20_000));
        var bounds = new FetchBounds(Set.of(server.port()), true, true, Duration.ofSeconds(1), 1, 4);
        var fetcher = fetcher(bounds, names("127.0.0.1"));

        var first = begin(fetcher, server.port(), DidFile.DOCUMENT);
        var waited = begin(fetcher, server.port(), DidFile.DOCUMENT);

        assertThat(waited.join()).isInstanceOfAny(Overloaded.class, Unreachable.class);
        assertThat(first.join()).isInstanceOf(Unreachable.class);
    }
}
