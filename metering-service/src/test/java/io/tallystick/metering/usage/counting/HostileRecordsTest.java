package io.tallystick.metering.usage.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tallystick.events.UsageHeaders;
import io.tallystick.metering.meter.Aggregation;
import io.tallystick.metering.meter.JsonPath;
import io.tallystick.metering.meter.Meter;
import io.tallystick.metering.usage.UsageConfig;
import io.tallystick.metering.usage.event.EventReader;
import io.tallystick.metering.usage.event.HostileBodies;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whatever stands in the log, it is counted or a dead letter: no record stops the partition behind it. */
class HostileRecordsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final List<Meter> METERS =
            List.of(meter("tokens", "$.tokens"), meter("first", "$.n[0]"), meter("whole", "$"));

    private final ArrivalReader reader = new ArrivalReader(new EventReader(), config());

    @Test
    void areCountedOrDeadLetters() {
        for (long number = 0; number < HostileBodies.howMany(); number++) {
            var body = HostileBodies.of(number);
            var headers = Map.of(UsageHeaders.TENANT, "t", UsageHeaders.FUNDING, number % 5 == 0 ? "call" : "account");
            try {
                var arrival = reader.read(new LogRecord(0, number, NOON, headers, body));
                var batch = new Batch(List.of(arrival), _ -> METERS);
                var verdict = batch.against(Map.of());
                assertThat(verdict.fresh().size()
                                + verdict.letters().size()
                                + batch.letters().size()
                                + batch.voidings().size())
                        .isEqualTo(1);
            } catch (RuntimeException | AssertionError | StackOverflowError e) {
                throw new AssertionError(
                        "body " + number + ": " + HexFormat.of().formatHex(body), e);
            }
        }
    }

    private static Meter meter(String slug, String path) {
        return JsonPath.parse(path)
                .map(value -> new Meter(slug, "prompt", new Aggregation.Sum(value), new TreeMap<>()))
                .orElseGet(() -> new Meter(slug, "prompt", new Aggregation.Count(), new TreeMap<>()));
    }

    private static UsageConfig config() {
        return new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 100, new DurationConverter())
                .withMapping(UsageConfig.class)
                .build()
                .getConfigMapping(UsageConfig.class);
    }
}
