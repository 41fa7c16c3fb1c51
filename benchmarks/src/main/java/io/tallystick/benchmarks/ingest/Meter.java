package io.tallystick.benchmarks.ingest;

import io.tallystick.devstack.installation.AccessTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The one meter: the sum of {@link Events}' tokens by model. */
public final class Meter {

    private static final Duration ANSWER = Duration.ofSeconds(20);

    private Meter() {}

    /** Creates it at a metering-service on this machine. */
    public static void create(int port, AccessTokens provider) throws IOException, InterruptedException {
        var meter = """
                {"slug": "tokens_used", "aggregation": "SUM", "eventType": "%s", "valueProperty": "$.tokens",
                 "groupBy": {"model": "$.model"}}
                """.formatted(Events.TYPE);
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/meters"))
                .timeout(ANSWER)
                .header("authorization", "Bearer " + provider.token("metering-service", "meters:write"))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(meter))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new IOException("the meter was not made: " + answer.statusCode() + " " + answer.body());
            }
        }
    }
}
