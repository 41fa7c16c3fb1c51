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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** What the operator of a new installation tells identity-service: the first tenant, and its gateway. */
public final class Registration {

    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final Duration ASSERTION = Duration.ofSeconds(50);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String identity;
    private final Ed25519Key operator;
    private final InstantSource clock;

    /**
     * Registrations at an identity-service.
     *
     * @param identity its URL, which is also the issuer of its access tokens
     */
    public Registration(String identity, Ed25519Key operator, InstantSource clock) {
        this.identity = identity;
        this.operator = operator;
        this.clock = clock;
    }

    public void register(String tenant, Ed25519Key gateway) throws IOException, InterruptedException {
        var token = accessToken();
        post("/v1/tenants", token, Map.of("id", tenant, "name", "Acme"));
        post(
                "/v1/tenants/" + tenant + "/identities",
                token,
                Map.of("did", gateway.did(), "kind", "service", "roles", List.of("gateway"), "name", "gateway"));
    }

    private String accessToken() throws IOException, InterruptedException {
        var form = Map.of(
                "grant_type", "client_credentials",
                "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion", assertion(),
                "audience", "identity-service",
                "scope", "tenants:write identities:write");
        var body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        var request = HttpRequest.newBuilder(URI.create(identity + "/token"))
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body));
        return JSON.readTree(send(request).body()).path("access_token").asText();
    }

    /** RFC 7523: who asks, at whom, until when, and an id that is good once. */
    private String assertion() throws IOException {
        var now = clock.instant();
        var header = Map.of("alg", "EdDSA", "typ", "JWT", "kid", operator.verificationMethod());
        var claims = Map.of(
                "iss", operator.did(),
                "sub", operator.did(),
                "aud", identity,
                "iat", now.getEpochSecond(),
                "exp", now.plus(ASSERTION).getEpochSecond(),
                "jti", UUID.randomUUID().toString());
        var signed = encoded(JSON.writeValueAsBytes(header)) + "." + encoded(JSON.writeValueAsBytes(claims));
        return signed + "." + encoded(operator.sign(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private void post(String path, String token, Map<String, Object> body) throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(URI.create(identity + path))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + token)
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))));
    }

    private static HttpResponse<String> send(HttpRequest.Builder builder) throws IOException, InterruptedException {
        var request = builder.timeout(ANSWER).build();
        var answer = HTTP.send(request, BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(
                    request.method() + " " + request.uri() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer;
    }
}
