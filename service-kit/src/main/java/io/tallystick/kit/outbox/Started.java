package io.tallystick.kit.outbox;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;
import org.flywaydb.core.Flyway;

/** Whether the service finished starting: its tables are migrated and the catalogue's topics are there. Once is for ever. */
@Startup
@ApplicationScoped
class Started implements HealthCheck {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final Flyway migrations;
    private final Topics topics;
    private final Map<String, Object> kafka;
    private volatile boolean started;

    Started(Flyway migrations, Topics topics, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this.migrations = migrations;
        this.topics = topics;
        this.kafka = kafka;
    }

    @Override
    public HealthCheckResponse call() {
        var missing = started ? "" : missing();
        started = missing.isEmpty();
        var answer = HealthCheckResponse.named("tables and topics").status(started);
        return started ? answer.build() : answer.withData("missing", missing).build();
    }

    private String missing() {
        var pending = migrations.info().pending().length;
        return pending > 0 ? pending + " migrations" : missingTopics();
    }

    private String missingTopics() {
        // Closed without waiting: who asks for health does not wait for long.
        var admin = AdminClient.create(settings());
        try {
            return missing(admin.listTopics().names().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            return "the broker does not answer";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "stopped while the broker was asked";
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private String missing(Set<String> there) {
        return topics.catalogue().stream()
                .filter(topic -> !there.contains(topic))
                .findFirst()
                .map(topic -> "topic " + topic)
                .orElse("");
    }

    private Map<String, Object> settings() {
        var settings = new HashMap<>(kafka);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
        return settings;
    }
}
