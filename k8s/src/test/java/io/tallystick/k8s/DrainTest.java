package io.tallystick.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.Test;
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
        var least = shutdownTimeout(service).toSeconds() + afterRequests;

        assertThat(Rendered.combinations())
                .allSatisfy(rendered -> assertThat(spare(rendered.one("Deployment", service)))
                        .as("%s in %s", service, rendered)
                        .isBetween(least, least + 60));
    }

    @Test
    void aGraceThatIsTooShortIsFound() throws IOException {
        var hurried = Rendered.of("production")
                .one("Deployment", "metering-service")
                .changed(
                        json -> ((ObjectNode) json.at("/spec/template/spec")).put("terminationGracePeriodSeconds", 30));

        assertThat(spare(hurried))
                .isLessThan(shutdownTimeout("metering-service").toSeconds());
    }

    /** Seconds from SIGTERM to SIGKILL. */
    private static long spare(Resource deployment) {
        var pod = deployment.pod();
        var preStop = pod.at("/containers/0/lifecycle/preStop/sleep/seconds").asInt();
        assertThat(preStop).isBetween(5, 30);
        return pod.path("terminationGracePeriodSeconds").asLong() - preStop;
    }

    private static Duration shutdownTimeout(String service) throws IOException {
        var settings = new Properties();
        try (var in = Files.newInputStream(Path.of("..", service, "src/main/resources/application.properties"))) {
            settings.load(in);
        }
        return Duration.parse("PT" + settings.getProperty("quarkus.shutdown.timeout"));
    }
}
