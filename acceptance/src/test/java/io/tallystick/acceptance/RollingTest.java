package io.tallystick.acceptance;

import io.tallystick.devstack.installation.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two replicas of each service, rolled out while they are used. When the environment names another version's checkout
 * ({@value Settings#PREVIOUS}), the replicas start from it: {@code ./tallystick prove rollout}.
 */
@Tag("stack")
class RollingTest {

    private static final Duration LONGEST = Duration.ofMinutes(20);

    @Test
    void nobodySeesARollOutAndNothingIsLostOrDoubled() throws IOException, InterruptedException {
        var environment = new HashMap<>(Map.of(Settings.REPLICAS, "2"));
        var previous = System.getenv(Settings.PREVIOUS);
        if (previous != null) {
            environment.put(Settings.PREVIOUS, previous);
        }
        try (var installation = Installation.start("rolling", environment)) {
            NodeProgram.run(
                    LONGEST,
                    Map.of("TALLYSTICK_STACK_FILE", installation.stackFile().toString()),
                    "--test",
                    "--test-reporter=spec",
                    "tests/rolling.test.mjs");
        }
    }
}
