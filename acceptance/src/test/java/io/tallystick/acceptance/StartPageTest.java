package io.tallystick.acceptance;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The pages with steps are walked as they stand, one after the other, on an installation where nobody was before. */
class StartPageTest {

    private static final Duration LONGEST = Duration.ofMinutes(5);

    @Test
    @Tag("stack")
    void answersAsThePagesSay() throws IOException, InterruptedException {
        try (var installation = Installation.start("start-page")) {
            NodeProgram.run(
                    LONGEST,
                    Map.of(),
                    "start-doc.mjs",
                    "--stack",
                    installation.stackFile().toString(),
                    "../docs/start.md",
                    "../docs/providers.md",
                    "../docs/clients.md",
                    "../docs/operating/keys.md");
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

    @Test
    void theProofNoticesAnEventThatIsLostOrCountedTwice() throws IOException, InterruptedException {
        NodeProgram.run(LONGEST, Map.of(), "--test", "--test-reporter=spec", "prove/ingest.test.mjs");
    }
}
