package io.tallystick.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.tallystick.devstack.installation.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Foreign clients, unmodified, against the packaged services; then the services are killed under them, and at last all
 * that usage passes through.
 */
@Tag("stack")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AcceptanceTest {

    private static final Duration LONGEST = Duration.ofMinutes(15);

    /** What a dead billing-service began is taken up sooner than it would be by default: it dies here many times. */
    private static final Map<String, String> SOON = Map.of(
            "TALLYSTICK_CHAIN_LEASE_DURATION",
            "3s",
            "TALLYSTICK_PAYMENT_SETTLING_FOR",
            "6s",
            "TALLYSTICK_PAYMENT_SWEEP_EVERY",
            "2s",
            // It is killed, too.
            Settings.BROKER_PROCESS,
            "yes");

    private static Installation installation;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        installation = Installation.start("clients", SOON);
    }

    @AfterAll
    static void leavesNoProcess() {
        if (installation != null) {
            installation.close();
        }
    }

    @ParameterizedTest
    @Order(1)
    @ValueSource(
            strings = {
                "identity",
                "api-keys",
                "webvh",
                "wallets",
                "proofs",
                "dids",
                "credentials",
                "ethr",
                "openmeter",
                "otlp",
                "x402-channel",
                "x402-exact",
                "x402-express",
                "openai",
                "anthropic",
                "upstream",
                "broker-stopped",
                "crash-billing",
                "crash-points"
            })
    void passes(String file) throws IOException, InterruptedException {
        // The agent that halts billing-service changes classes as a JVM loads them.
        assumeFalse(file.equals("crash-points") && Installation.runsExecutables(), "needs a JVM");
        NodeProgram.run(
                LONGEST,
                Map.of(
                        "TALLYSTICK_STACK_FILE", installation.stackFile().toString(),
                        "TALLYSTICK_HALT_FILE", installation.haltFile().toString(),
                        "TALLYSTICK_HALT_EXIT", Integer.toString(HaltAgent.EXIT)),
                "--test",
                "--test-reporter=spec",
                "tests/" + file + ".test.mjs");
    }

    /** More of them: {@code ./tallystick prove fuzz}. */
    @Test
    @Order(2)
    void answersWhatNobodyShouldSend() throws IOException, InterruptedException {
        NodeProgram.run(
                LONGEST,
                Map.of(),
                "prove/fuzz.mjs",
                "--stack",
                installation.stackFile().toString(),
                "--requests",
                "1500");
    }

    /** More seeds: {@code ./tallystick prove ingest --seeds 21..200}. */
    @Test
    @Order(3)
    void countsEachAcknowledgedEventOnceWhateverDies() throws IOException, InterruptedException {
        var results = installation.stackFile().resolveSibling("prove-ingest.jsonl");
        Files.deleteIfExists(results);
        NodeProgram.run(
                LONGEST,
                Map.of(),
                "prove/ingest.mjs",
                "--stack",
                installation.stackFile().toString(),
                "--seeds",
                "1..20",
                // Many at once: fewer faults, and less of waiting for a service to start.
                "--lanes",
                "10",
                "--results",
                results.toString());
    }
}
