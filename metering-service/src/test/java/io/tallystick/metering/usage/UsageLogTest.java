package io.tallystick.metering.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tallystick.kit.problem.UnavailableException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a sender is told when Kafka does not answer: that, soon, and when to come back. */
class UsageLogTest {

    @Test
    void saysThatABrokerIsAwayWithoutHoldingTheCaller() throws Exception {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var log = new UsageLog(
                config(Duration.ofMillis(500)), "usage.recorded", Map.of("bootstrap.servers", "127.0.0.1:" + port));

        var before = Instant.now();
        var appended = log.append(entry("e1")).toCompletableFuture();

        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(2));
        assertThatThrownBy(() -> appended.get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(UnavailableException.class, away -> {
                    assertThat(away.dependency()).isEqualTo("kafka");
                    assertThat(away.retryAfter()).isEqualTo(Duration.ofSeconds(2));
                });
        log.close();
    }

    @Test
    void asksToComeBackWhenTooMuchWaits() throws Exception {
        var log = new UsageLog(
                config(Duration.ofMillis(500)), "usage.recorded", Map.of("bootstrap.servers", "127.0.0.1:1"));
        var tooMuch = UsageEntry.ofAccount("t", "s", "did:key:z", new byte[1_048_577]);

        assertThatThrownBy(() -> log.append(tooMuch).toCompletableFuture().get(1, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(UnavailableException.class)
                .cause()
                .hasMessageContaining("too much waits");
        log.close();
    }

    private static UsageEntry entry(String id) {
        return UsageEntry.ofAccount("t", "s", "did:key:z", id.getBytes(StandardCharsets.UTF_8));
    }

    private static UsageLogConfig config(Duration delivery) {
        return new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 100, new DurationConverter())
                .withMapping(UsageLogConfig.class)
                .withDefaultValue("tallystick.usage.log.delivery-timeout", delivery.toString())
                .withDefaultValue("tallystick.usage.log.in-flight-bytes", "1048576")
                .build()
                .getConfigMapping(UsageLogConfig.class);
    }
}
