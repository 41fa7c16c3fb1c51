package io.tallystick.metering;

import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.tallystick.devstack.TestStack;
import io.tallystick.kit.access.TestIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The service's surroundings for tests: a real database and broker, and an identity-service that mints whatever access
 * token a test asks for.
 */
public class MeteringStack implements QuarkusTestResourceLifecycleManager {
    private static final String TOKENS = "tallystick.test.tokens";

    private final Map<String, byte[]> links = new ConcurrentHashMap<>();
    private TestIdentity identity;
    private HttpServer tokens;

    @Override
    public Map<String, String> start() {
        var stack = TestStack.join();
        var database = stack.createDatabase();
        identity = TestIdentity.start(stack.bootstrapServers(), stack.topicsPrefix());
        serveTokens();

        var config = new HashMap<>(identity.config());
        config.put("kafka.bootstrap.servers", stack.bootstrapServers());
        config.put("quarkus.datasource.jdbc.url", stack.postgresJdbcUrl(database));
        config.put("quarkus.datasource.reactive.url", stack.postgresReactiveUrl(database));
        config.put("quarkus.datasource.username", stack.user());
        config.put("quarkus.datasource.password", stack.password());
        config.put("tallystick.usage.look-around", "1s");
        config.put("tallystick.rollup.unique-values", "40");
        config.put("tallystick.usage.log.in-flight-bytes", "2097152");
        config.put("tallystick.usage.import.expanded-bytes", "16777216");
        config.put("quarkus.http.test-port", "0");
        config.put("quarkus.management.test-port", "0");
        return config;
    }

    @Override
    public void stop() {
        if (tokens != null) {
            tokens.stop(0);
        }
        if (identity != null) {
            identity.close();
        }
    }

    /** An access token of a random caller. */
    public static String token(String tenant, String... scopes) {
        return ask(tenant + "/" + String.join(",", scopes));
    }

    /** An access token of a client that may see only what is its own, with what its other roles give it. */
    public static String client(String tenant, String did, String... more) {
        return ask(tenant + "/"
                + String.join(
                        ",",
                        Stream.concat(Stream.of("usage:read"), Stream.of(more)).toList()) + "/" + did);
    }

    /** A new API key, which the service hears of soon. */
    public static String apiKey(String tenant, int requestsPerMinute, String... scopes) {
        return ask(tenant + "/" + String.join(",", scopes) + "/" + TestIdentity.randomDid() + "/" + requestsPerMinute);
    }

    /** An access token of a caller who may do everything here. */
    public static String owner(String tenant) {
        return token(tenant, "usage:write", "usage:read", "meters:write", "letters:write");
    }

    /** Over HTTP, because the tests have another class loader than this resource. */
    private void serveTokens() {
        try {
            tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        tokens.createContext("/", exchange -> {
            var asked = exchange.getRequestURI().getPath().split("/", -1);
            if (asked[1].equals("wallets")) {
                wallets(asked);
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
                return;
            }
            var scopes = asked[2].split(",", -1);
            var token =
                    switch (asked.length) {
                        case 3 -> identity.token(asked[1], TestIdentity.randomDid(), "metering-service", scopes);
                        case 4 -> identity.ownToken(asked[1], asked[3], "metering-service", scopes);
                        default ->
                            identity.newApiKey(
                                    asked[1],
                                    asked[3],
                                    "metering-service",
                                    false,
                                    Integer.parseInt(asked[4], 10),
                                    scopes);
                    };
            var bytes = token.getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        tokens.start();
        System.setProperty(TOKENS, "http://127.0.0.1:" + tokens.getAddress().getPort());
    }

    /** Links an account on a chain to a DID. */
    public static void link(String tenant, String did, String account) {
        ask("wallets/link/" + tenant + "/" + did + "/" + account);
    }

    public static void unlink(String tenant, String did, String account) {
        ask("wallets/unlink/" + tenant + "/" + did + "/" + account);
    }

    /** Who can write to the broker links an account without identity's key, and puts the old event of a link back. */
    public static void attack(String tenant, String did, String account) {
        ask("wallets/attack/" + tenant + "/" + did + "/" + account);
    }

    private void wallets(String... asked) {
        switch (asked[2]) {
            case "link" -> links.put(asked[5], identity.link(asked[3], asked[4], asked[5]));
            case "unlink" -> identity.unlink(asked[3], asked[4], asked[5]);
            default -> {
                identity.writeToWallets(TestIdentity.forgedLink(asked[3], asked[4], asked[5]));
                identity.writeToWallets(links.get(asked[5]));
            }
        }
    }

    private static String ask(String path) {
        var request = HttpRequest.newBuilder(URI.create(System.getProperty(TOKENS) + "/" + path))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
