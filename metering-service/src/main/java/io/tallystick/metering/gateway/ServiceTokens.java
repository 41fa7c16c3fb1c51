package io.tallystick.metering.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.logging.Log;
import io.tallystick.kit.access.AccessConfig;
import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.Headers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * The gateway's access token for billing. Renewed in the background when half of its life is over, so that no call
 * waits for identity, and identity may be away for the other half.
 */
@ApplicationScoped
class ServiceTokens {
    private static final Duration ASSERTION_LIFE = Duration.ofSeconds(55);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** What is served without a token is served then: usage is taken in though nothing can be sold. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A token is not used in its last seconds: billing's clock may be ahead. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(5);

    private static final int MOST_BYTES = 16 * 1024;

    private final HttpExchange http;
    private final GatewayConfig config;
    private final ClientKey key;
    private final Vertx vertx;
    private final String issuer;
    private final AtomicReference<Token> token = new AtomicReference<>(new Token("", Instant.EPOCH));
    private volatile boolean asked;

    private record Token(String value, Instant expiresAt) {}

    ServiceTokens(HttpExchange http, GatewayConfig config, ClientKey key, Vertx vertx, AccessConfig access) {
        this.http = http;
        this.config = config;
        this.key = key;
        this.vertx = vertx;
        issuer = access.issuer();
    }

    /** A token that is still good; empty when identity has given none for too long. */
    Optional<String> current() {
        var held = token.get();
        return secondsLeft() > 0 ? Optional.of(held.value()) : Optional.empty();
    }

    /** How long the token is good for; 0 when there is none. */
    long secondsLeft() {
        var usableUntil = token.get().expiresAt().minus(CLOCK_SKEW);
        return Math.max(0, Duration.between(Instant.now(), usableUntil).toSeconds());
    }

    /** Whether identity has answered once since the start, or has not for as long as is worth waiting for it. */
    boolean asked() {
        return asked;
    }

    /** Fetches a token now, and each next one in time; tries for ever. */
    void keepFresh() {
        vertx.setTimer(PATIENCE.toMillis(), _ -> asked = true);
        renew();
    }

    private void renew() {
        fetch().onComplete(fetched ->
                vertx.setTimer((fetched.succeeded() ? fetched.result() : TRY_AGAIN).toMillis(), _ -> renew()));
    }

    /** @return when to fetch the next one */
    private Future<Duration> fetch() {
        var url = URI.create(config.identityUrl().orElseThrow().toString().replaceFirst("/+$", "") + "/token");
        var form = form(Map.of(
                "grant_type", "client_credentials",
                "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion", assertion(Instant.now()),
                "audience", "billing-service",
                "scope", "payments:authorize",
                "tenant", config.tenant().orElseThrow()));
        var headers = Headers.NONE.with("Content-Type", "application/x-www-form-urlencoded");
        return http.send(
                        "fetch access token",
                        HttpMethod.POST,
                        url,
                        headers,
                        new Body(form.getBytes(US_ASCII)),
                        TIMEOUT,
                        MOST_BYTES)
                .map(this::keep)
                .onFailure(cause -> Log.warnf("no access token for billing, cause=%s", cause.toString()));
    }

    private Duration keep(HttpExchange.Reply reply) {
        if (reply.status() != 200) {
            asked = true;
            throw new IllegalStateException("identity answered with status " + reply.status());
        }
        var answer = new JsonObject(new String(reply.body().bytes(), UTF_8));
        var life = Duration.ofSeconds(answer.getLong("expires_in"));
        token.set(new Token(answer.getString("access_token"), Instant.now().plus(life)));
        asked = true;
        return life.dividedBy(2).compareTo(TRY_AGAIN) < 0 ? TRY_AGAIN : life.dividedBy(2);
    }

    private String assertion(Instant now) {
        var header = new JsonObject().put("alg", "EdDSA").put("typ", "JWT").put("kid", key.keyId());
        var claims = new JsonObject()
                .put("iss", key.did())
                .put("sub", key.did())
                .put("aud", issuer)
                .put("iat", now.getEpochSecond())
                .put("exp", now.plus(ASSERTION_LIFE).getEpochSecond())
                .put("jti", UUID.randomUUID().toString());
        return key.sign(header.encode(), claims.toBuffer().getBytes());
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }
}
