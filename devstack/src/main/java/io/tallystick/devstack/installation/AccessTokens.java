package io.tallystick.devstack.installation;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Access tokens for who holds a key: a client assertion in, a short token for one service out. */
public final class AccessTokens {

    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final Duration ASSERTION = Duration.ofSeconds(50);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String identity;
    private final Ed25519Key holder;
    private final InstantSource clock;

    /**
     * Access tokens of an identity-service.
     *
     * @param identity its URL, which is also the issuer of its access tokens
     */
    public AccessTokens(String identity, Ed25519Key holder, InstantSource clock) {
        this.identity = identity;
        this.holder = holder;
        this.clock = clock;
    }

    /** A token for one service, such as {@code metering-service}; good for five minutes. */
    public String token(String audience, String scope) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(identity + "/token"))
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form(audience, scope)));
        return JSON.readTree(send(request).body()).path("access_token").asText();
    }

    /** The body of one request for such a token: good once, and for some fifty seconds. */
    public String form(String audience, String scope) throws IOException {
        var form = Map.of(
                "grant_type",
                "client_credentials",
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion",
                assertion(),
                "audience",
                audience,
                "scope",
                scope);
        return form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** RFC 7523: who asks, at whom, until when, and an id that is good once. */
    private String assertion() throws IOException {
        var now = clock.instant();
        var header = Map.of("alg", "EdDSA", "typ", "JWT", "kid", holder.verificationMethod());
        var claims = Map.of(
                "iss", holder.did(),
                "sub", holder.did(),
                "aud", identity,
                "iat", now.getEpochSecond(),
                "exp", now.plus(ASSERTION).getEpochSecond(),
                "jti", UUID.randomUUID().toString());
        var signed = encoded(JSON.writeValueAsBytes(header)) + "." + encoded(JSON.writeValueAsBytes(claims));
        return signed + "." + encoded(holder.sign(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static HttpResponse<String> send(HttpRequest.Builder builder) throws IOException, InterruptedException {
        var request = builder.timeout(ANSWER).build();
        var answer = HTTP.send(request, BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(
                    request.method() + " " + request.uri() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer;
    }
}
