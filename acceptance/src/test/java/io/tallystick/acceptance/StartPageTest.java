package io.tallystick.acceptance;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code docs/start.md} is walked as it stands, on an installation where nobody was before. */
class StartPageTest {

    private static final Duration LONGEST = Duration.ofMinutes(5);

    @Test
    @Tag("stack")
    void answersAsThePageSays() throws IOException, InterruptedException {
        try (var installation = Installation.start("start-page")) {
            NodeProgram.run(
                    LONGEST,
                    Map.of(),
                    "start-doc.mjs",
                    "--stack",
                    installation.stackFile().toString());
        }
    }

    @Test
    void theReconciliationNoticesADoubleCharge() throws IOException, InterruptedException {
        NodeProgram.run(LONGEST, Map.of(), "--test", "--test-reporter=spec", "reconciliation.test.mjs");
    }

    @Test
    void theWalkNoticesAnotherAnswer() throws IOException, InterruptedException {
        NodeProgram.run(LONGEST, Map.of(), "--test", "--test-reporter=spec", "start-doc.test.mjs");
    }
}
