package io.tallystick.metering.usage.counting;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.tallystick.metering.usage.UsageConfig;
import io.tallystick.metering.usage.UsageLog;
import io.tallystick.metering.usage.UsageTopic;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * Brings the usage log up, in the order it needs, and tries until it succeeds: the service starts whether the broker and
 * the database are there or not, and is ready once they are.
 */
@ApplicationScoped
@Startup
@Readiness
class UsageStartup implements HealthCheck {
    private final UsageTopic topic;
    private final UsageLog log;
    private final Retention retention;
    private final UsageConsumer consumer;
    private final UsageConfig config;
    private final UsageMetrics metrics;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile boolean ready;

    UsageStartup(
            UsageTopic topic,
            UsageLog log,
            Retention retention,
            UsageConsumer consumer,
            UsageConfig config,
            UsageMetrics metrics) {
        this.topic = topic;
        this.log = log;
        this.retention = retention;
        this.consumer = consumer;
        this.config = config;
        this.metrics = metrics;
    }

    void start(@Observes StartupEvent event) {
        // Refuses a memory that cannot be right before anything is counted by it.
        config.requireRecordsForVoids();
        Thread.ofPlatform().name("usage-startup").daemon().start(this::run);
    }

    void stop(@Observes ShutdownEvent event) {
        stopping.countDown();
    }

    private void run() {
        while (!ready && stopping.getCount() > 0) {
            try {
                topic.create();
                log.warm();
                retention.keep();
                consumer.start();
                ready = true;
            } catch (RuntimeException e) {
                Log.warnf("usage log is not ready, retryIn=%s, cause=%s", config.backoff(), e);
                pause();
            }
        }
    }

    private void pause() {
        try {
            stopping.await(config.backoff().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A stopped partition is shown and does not take the service out: what is sent meanwhile is still taken in. */
    @Override
    public HealthCheckResponse call() {
        var answer = HealthCheckResponse.named("usage log").status(ready);
        metrics.stopped().forEach((partition, reason) -> answer.withData("partition " + partition, reason));
        return answer.build();
    }
}
