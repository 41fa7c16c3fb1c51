package io.tallystick.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the manifests set is a setting that the service has; a misspelt variable would be passed over in silence. */
class SettingsTest {

    /** Settings of Quarkus and of Kafka's client. Whoever adds one has looked it up. */
    private static final Set<String> OF_OTHERS = Set.of(
            "JAVA_TOOL_OPTIONS",
            "KAFKA_BOOTSTRAP_SERVERS",
            "KAFKA_SASL_JAAS_CONFIG",
            "KAFKA_SASL_MECHANISM",
            "KAFKA_SECURITY_PROTOCOL",
            "KAFKA_SSL_TRUSTSTORE_LOCATION",
            "KAFKA_SSL_TRUSTSTORE_TYPE",
            "QUARKUS_DATASOURCE_JDBC_MAX_SIZE",
            "QUARKUS_DATASOURCE_JDBC_URL",
            "QUARKUS_DATASOURCE_PASSWORD",
            "QUARKUS_DATASOURCE_REACTIVE_HOSTNAME_VERIFICATION_ALGORITHM",
            "QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM",
            "QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM_CERTS",
            "QUARKUS_DATASOURCE_REACTIVE_URL",
            "QUARKUS_DATASOURCE_USERNAME",
            "QUARKUS_FLYWAY_MIGRATE_AT_START",
            "QUARKUS_FLYWAY_VALIDATE_AT_START",
            "QUARKUS_INIT_AND_EXIT",
            "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
            "QUARKUS_OTEL_SDK_DISABLED",
            "QUARKUS_SHUTDOWN_DELAY");

    @ParameterizedTest
    @ValueSource(strings = {"identity-service", "metering-service", "billing-service"})
    void aServiceIsToldNothingThatItDoesNotKnow(String service) {
        var settings = Settings.of(service);

        assertThat(Rendered.combinations()).allSatisfy(rendered -> assertThat(unknown(settings, rendered, service))
                .as("%s", rendered)
                .isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity-service", "metering-service", "billing-service"})
    void anOverlaySetsWhatAServiceDoesNotStartWithout(String service) {
        var required = Settings.of(service).required().entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();

        assertThat(required).contains("TALLYSTICK_ACCESS_EVENT_KEY");
        assertThat(Rendered.overlays()).allSatisfy(overlay -> assertThat(told(overlay, service))
                .containsKeys(required.toArray(String[]::new)));
    }

    @Test
    void knowsWhatTheCodeReads() {
        var metering = Settings.of("metering-service");

        assertThat(metering.knows("TALLYSTICK_GATEWAY_OFFER_MODEL_CHAT")).isTrue();
        assertThat(metering.knows("TALLYSTICK_GATEWAY_OUTPUT_LIMITS_SMALL")).isTrue();
        assertThat(metering.knows("TALLYSTICK_GATEWAY_ROUTES_0__MODEL")).isTrue();
        assertThat(metering.knows("TALLYSTICK_OUTBOX_BATCH")).isTrue();
        assertThat(Settings.of("billing-service").knows("TALLYSTICK_LEDGER_EVERY"))
                .isTrue();
    }

    @Test
    void aMisspeltOrForeignSettingIsFound() {
        var metering = Settings.of("metering-service");

        assertThat(metering.knows("TALLYSTICK_GATEWAY_TENNANT")).isFalse();
        assertThat(metering.knows("TALLYSTICK_CHAIN_ID")).isFalse();
        assertThat(metering.knows("TALLYSTICK_GATEWAY_OFFER_MODEL")).isFalse();
    }

    /** The Job reads what the service reads, and turns on what the service leaves to it. */
    @ParameterizedTest
    @ValueSource(strings = {"identity-service", "metering-service", "billing-service"})
    void onlyTheJobMigrates(String service) {
        for (var rendered : Rendered.combinations()) {
            var job = environment(rendered, rendered.one("Job", service + "-migration"));
            var deployment = environment(rendered, rendered.one("Deployment", service));

            assertThat(job)
                    .containsEntry("QUARKUS_FLYWAY_MIGRATE_AT_START", "true")
                    .containsEntry("QUARKUS_FLYWAY_VALIDATE_AT_START", "false")
                    .containsEntry("QUARKUS_INIT_AND_EXIT", "true");
            assertThat(deployment)
                    .containsEntry("QUARKUS_FLYWAY_MIGRATE_AT_START", "false")
                    .containsEntry("QUARKUS_FLYWAY_VALIDATE_AT_START", "true")
                    .doesNotContainKey("QUARKUS_INIT_AND_EXIT");
            assertThat(image(rendered.one("Job", service + "-migration")))
                    .isEqualTo(image(rendered.one("Deployment", service)));
        }
    }

    private static String image(Resource workload) {
        return workload.containers().getFirst().path("image").asText();
    }

    private static Set<String> unknown(Settings settings, Rendered rendered, String service) {
        var unknown = new TreeSet<>(told(rendered, service).keySet());
        unknown.removeIf(variable -> OF_OTHERS.contains(variable) || settings.knows(variable));
        return unknown;
    }

    private static Map<String, String> told(Rendered rendered, String service) {
        return environment(rendered, rendered.one("Deployment", service));
    }

    /** As the container sees it: later sources win, and a value from a Secret is empty here. */
    private static Map<String, String> environment(Rendered rendered, Resource workload) {
        var environment = new HashMap<String, String>();
        var container = workload.containers().getFirst();
        for (var from : Resource.list(container.path("envFrom"))) {
            var map = rendered.one("ConfigMap", from.at("/configMapRef/name").asText());
            environment.putAll(Resource.texts(map.at("/data")));
        }
        for (var env : Resource.list(container.path("env"))) {
            environment.put(env.path("name").asText(), env.path("value").asText());
        }
        assertThat(List.copyOf(environment.keySet())).isNotEmpty();
        return environment;
    }
}
