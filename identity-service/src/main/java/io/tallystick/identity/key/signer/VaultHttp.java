package io.tallystick.identity.key.signer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallystick.identity.key.signer.SignerConfig.VaultConfig;
import io.tallystick.identity.key.signer.SignerFailed.Reason;
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
import io.vertx.core.net.PemTrustOptions;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Requests to a Vault. Bounded in number, time, attempts and size; nothing is followed, and the token goes to the one
 * address that is configured.
 */
@Singleton
class VaultHttp {
    private static final int MAX_BYTES = 262_144;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Set<Integer> MAY_PASS = Set.of(429, 500, 502, 503, 504);

    /**
     * An answer.
     *
     * @param body what it says in JSON; an object without fields if it says nothing
     */
    record Answer(int status, Object body, Duration retryAfter) {
        private static final JsonNode NOTHING = new JsonMapper().createObjectNode();

        /** A text of the answer, by its JSON pointer; empty if there is none. */
        String text(String pointer) {
            return json().at(pointer).asText("");
        }

        boolean isTrue(String pointer) {
            return json().at(pointer).asBoolean(false);
        }

        long number(String pointer) {
            return json().at(pointer).asLong(0);
        }

        private JsonNode json() {
            return body instanceof JsonNode node ? node : NOTHING;
        }
    }

    private final Vertx vertx;
    private final VaultConfig config;
    private final Optional<HttpClient> http;
    private final Turns turns;
    private final JsonMapper json = new JsonMapper();

    @Inject
    VaultHttp(Vertx vertx, SignerConfig config) {
        this(vertx, config.vault());
    }

    VaultHttp(Vertx vertx, VaultConfig config) {
        this.vertx = vertx;
        this.config = config;
        this.turns = new Turns(config.maxRequests(), config.maxWaiting());
        this.http = config.address().map(address -> client(vertx, address, config));
    }

    private static HttpClient client(Vertx vertx, URI address, VaultConfig config) {
        requireSafe(address);
        int millis = Math.toIntExact(config.timeout().toMillis());
        if (millis < 100 || millis > 30_000) {
            throw new IllegalStateException("tallystick.identity.vault.timeout must be between 100 ms and 30 s");
        }
        var options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setSsl(address.getScheme().equals("https"))
                .setVerifyHost(true)
                .setMaxPoolSize(config.maxRequests())
                .setMaxWaitQueueSize(config.maxRequests())
                .setKeepAliveTimeout(30)
                .setConnectTimeout(millis)
                .setSslHandshakeTimeout(millis)
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setDecompressionSupported(false);
        config.certificateFile()
                .ifPresent(file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
        return vertx.createHttpClient(options);
    }

    private static void requireSafe(URI address) {
        boolean http = "http".equals(address.getScheme()) && THIS_MACHINE.contains(String.valueOf(address.getHost()));
        boolean bare = address.getRawPath() == null || Set.of("", "/").contains(address.getRawPath());
        if (address.getHost() == null
                || address.getRawUserInfo() != null
                || !bare
                || !(http || "https".equals(address.getScheme()))) {
            throw new IllegalStateException("tallystick.identity.vault.address must be https://host:port and nothing "
                    + "else; http is for this machine only: " + address.getHost());
        }
    }

    @PreDestroy
    void stop() {
        http.ifPresent(HttpClient::close);
    }

    boolean isConfigured() {
        return http.isPresent();
    }

    /**
     * The answer, whatever its status, unless that may pass and did not. Fails with {@link SignerFailed}.
     *
     * @param path below {@code /v1/}
     * @param token empty for none
     * @param body empty for none
     */
    CompletionStage<Answer> ask(String method, String path, String token, Map<String, Object> body) {
        return turns.take(() -> attempt(method, path, token, body, 1));
    }

    private CompletionStage<Answer> attempt(
            String method, String path, String token, Map<String, Object> body, int number) {
        return once(method, path, token, body)
                .<Answer>handle((answer, failure) -> {
                    if (failure != null && !isSilence(failure)) {
                        throw asFailed(failure);
                    }
                    return answer;
                })
                .thenCompose(answer -> {
                    boolean over = answer != null && !MAY_PASS.contains(answer.status);
                    if (over) {
                        return CompletableFuture.completedFuture(answer);
                    }
                    var pause = answer == null ? Duration.ZERO : answer.retryAfter;
                    if (number >= config.attempts() || pause.compareTo(LONGEST_PAUSE) > 0) {
                        return answer == null
                                ? CompletableFuture.failedFuture(silent())
                                : CompletableFuture.completedFuture(answer);
                    }
                    long millis = Math.max(pause.toMillis(), FIRST_PAUSE_MILLIS << number);
                    return after(millis).thenCompose(_ -> attempt(method, path, token, body, number + 1));
                });
    }

    private static boolean isSilence(Throwable failure) {
        return asFailed(failure).reason() == Reason.SILENT;
    }

    private static SignerFailed asFailed(Throwable failure) {
        if (failure instanceof SignerFailed failed) {
            return failed;
        }
        return failure.getCause() instanceof SignerFailed failed ? failed : silent();
    }

    private static SignerFailed silent() {
        return new SignerFailed(
                Reason.SILENT,
                "The Vault does not answer, or not in time. Look whether tallystick.identity.vault.address is right, the "
                        + "Vault runs, the network lets us reach it, and its certificate is one that we trust.");
    }

    private CompletionStage<Void> after(long millis) {
        var over = new CompletableFuture<Void>();
        vertx.setTimer(millis, _ -> over.complete(null));
        return over;
    }

    private CompletionStage<Answer> once(String method, String path, String token, Map<String, Object> body) {
        var client = http.orElseThrow(() -> new IllegalStateException("tallystick.identity.vault.address is not set"));
        var answer = new CompletableFuture<Answer>();
        long timer = vertx.setTimer(config.timeout().toMillis(), _ -> answer.completeExceptionally(silent()));
        afterwards(answer, _ -> vertx.cancelTimer(timer));
        client.request(options(method, path, token))
                .onSuccess(request -> send(request, body, answer))
                .onFailure(_ -> answer.completeExceptionally(silent()));
        return answer;
    }

    private RequestOptions options(String method, String path, String token) {
        var address = config.address().orElseThrow();
        boolean tls = address.getScheme().equals("https");
        int otherwise = tls ? 443 : 80;
        var options = new RequestOptions()
                .setMethod(HttpMethod.valueOf(method))
                .setHost(address.getHost().replace("[", "").replace("]", ""))
                .setPort(address.getPort() < 0 ? otherwise : address.getPort())
                .setSsl(tls)
                .setURI("/v1/" + path)
                .setFollowRedirects(false)
                .putHeader(HttpHeaders.ACCEPT, "application/json")
                // An agent may be told to refuse requests without it.
                .putHeader("X-Vault-Request", "true");
        config.namespace().ifPresent(namespace -> options.putHeader("X-Vault-Namespace", namespace));
        return token.isEmpty() ? options : options.putHeader("X-Vault-Token", token);
    }

    private void send(HttpClientRequest request, Map<String, Object> body, CompletableFuture<Answer> answer) {
        afterwards(answer, failed -> {
            if (failed) {
                request.reset();
            }
        });
        var sent = body.isEmpty()
                ? request.send()
                : request.putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                        .send(text(body));
        sent.onSuccess(response -> read(response, answer)).onFailure(_ -> answer.completeExceptionally(silent()));
    }

    private static void afterwards(CompletionStage<Answer> answer, Consumer<Boolean> step) {
        answer.whenComplete((_, failure) -> step.accept(failure != null));
    }

    private void read(HttpClientResponse response, CompletableFuture<Answer> answer) {
        var read = Buffer.buffer();
        response.exceptionHandler(_ -> answer.completeExceptionally(silent()));
        response.handler(part -> {
            if (read.length() + part.length() > MAX_BYTES) {
                answer.completeExceptionally(new SignerFailed(
                        Reason.STRANGE, "The Vault's answer is larger than any that it has reason to give."));
            } else {
                read.appendBuffer(part);
            }
        });
        response.endHandler(
                _ -> answer.complete(new Answer(response.statusCode(), parsed(read.getBytes()), retryAfter(response))));
    }

    private Object parsed(byte[] body) {
        try {
            return json.readTree(body);
        } catch (IOException _) {
            // A proxy's page, or half an answer: without the fields that are looked for it says nothing.
            return Answer.NOTHING;
        }
    }

    private Buffer text(Map<String, Object> body) {
        try {
            return Buffer.buffer(json.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Duration retryAfter(HttpClientResponse response) {
        var text = response.getHeader(HttpHeaders.RETRY_AFTER);
        return text != null && text.matches("[0-9]{1,6}") ? Duration.ofSeconds(Long.parseLong(text)) : Duration.ZERO;
    }
}
