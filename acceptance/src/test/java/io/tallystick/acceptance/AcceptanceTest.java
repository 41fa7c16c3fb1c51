package io.tallystick.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Foreign clients, unmodified, against the packaged services; then the services are killed under them. */
@Tag("stack")
class AcceptanceTest {

    private static final Duration LONGEST = Duration.ofMinutes(15);

    /** What a dead billing-service began is taken up sooner than it would be by default: it dies here many times. */
    private static final Map<String, String> SOON = Map.of(
            "TALLYSTICK_CHAIN_LEASE_DURATION", "3s",
            "TALLYSTICK_PAYMENT_SETTLING_FOR", "6s",
            "TALLYSTICK_PAYMENT_SWEEP_EVERY", "2s");

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
                "upstream",
                "crash-metering",
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
}
