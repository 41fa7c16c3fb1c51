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
import org.junit.jupiter.params.provider.ValueSource;

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
                .allSatisfy(rendered -> assertThat(grace(rendered.one("Deployment", service)) - notice(rendered))
                        .as("%s in %s", service, rendered)
                        .isBetween(least, least + 60));
    }

    @Test
    void aGraceThatIsTooShortIsFound() throws IOException {
        var hurried = Rendered.of("production")
                .one("Deployment", "metering-service")
                .changed(
                        json -> ((ObjectNode) json.at("/spec/template/spec")).put("terminationGracePeriodSeconds", 30));

        assertThat(grace(hurried))
                .isLessThan(shutdownTimeout("metering-service").toSeconds());
    }

    /** A proxy that has not heard yet of its end, or keeps a connection, still finds the pod serving. */
    @ParameterizedTest
    @ValueSource(strings = {"identity-service", "metering-service", "billing-service"})
    void aPodGivesNoticeBeforeItStopsServing(String service) throws IOException {
        assertThat(properties(service).getProperty("quarkus.shutdown.delay-enabled"))
                .isEqualTo("true");
        assertThat(Rendered.combinations()).allSatisfy(rendered -> {
            assertThat(notice(rendered)).as("%s", rendered).isBetween(5L, 30L);
            assertThat(rendered.one("Deployment", service).pod().at("/containers/0/envFrom"))
                    .as("%s reads it in %s", service, rendered)
                    .anySatisfy(
                            source -> assertThat(source.at("/configMapRef/name").asText())
                                    .isEqualTo(installation(rendered).name()));
        });
    }

    /** Seconds from SIGTERM to SIGKILL. */
    private static long grace(Resource deployment) {
        return deployment.pod().path("terminationGracePeriodSeconds").asLong();
    }

    /** Seconds that a pod goes on serving for after SIGTERM. */
    private static long notice(Rendered rendered) {
        return Duration.parse("PT"
                        + installation(rendered)
                                .at("/data/QUARKUS_SHUTDOWN_DELAY")
                                .asText())
                .toSeconds();
    }

    private static Resource installation(Rendered rendered) {
        return rendered.resources().stream()
                .filter(resource -> resource.is("ConfigMap") && resource.name().startsWith("installation-"))
                .findFirst()
                .orElseThrow();
    }

    private static Duration shutdownTimeout(String service) throws IOException {
        return Duration.parse("PT" + properties(service).getProperty("quarkus.shutdown.timeout"));
    }

    private static Properties properties(String service) throws IOException {
        var settings = new Properties();
        try (var in = Files.newInputStream(Path.of("..", service, "src/main/resources/application.properties"))) {
            settings.load(in);
        }
        return settings;
    }
}
