package io.tallystick.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pod is not killed before the service has finished what it began. */
class DrainTest {

    /**
     * What the service waits for at its end after the last request, each for its longest: identity's producer 2 s;
     * metering's two readers 30 s each and its producer 15 s; billing's settlement 30 s and chain 10 s; in each the
     * outbox 30 s and identity's feed 5 s.
     */
    @ParameterizedTest
    @CsvSource({"identity-service, 37", "metering-service, 110", "billing-service, 75"})
    void theGraceCoversRequestsAndWorkUnderWay(String service, int afterRequests) throws IOException {
        var requests = shutdownTimeout(service).toSeconds();

        for (var rendered : Rendered.combinations()) {
            var pod = rendered.one("Deployment", service).pod();
            var preStop =
                    pod.at("/containers/0/lifecycle/preStop/sleep/seconds").asInt();

            assertThat(preStop).isBetween(5, 30);
            assertThat(pod.path("terminationGracePeriodSeconds").asLong())
                    .as("%s in %s", service, rendered)
                    .isBetween(preStop + requests + afterRequests, preStop + requests + afterRequests + 60);
        }
    }

    private static Duration shutdownTimeout(String service) throws IOException {
        var settings = new Properties();
        try (var in = Files.newInputStream(Path.of("..", service, "src/main/resources/application.properties"))) {
            settings.load(in);
        }
        return Duration.parse("PT" + settings.getProperty("quarkus.shutdown.timeout"));
    }
}
