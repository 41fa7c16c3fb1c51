package io.tallystick.acceptance;

import io.tallystick.devstack.process.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The packaged services tell their traces to a receiver that the Node program is, and log as in a cluster. */
@Tag("stack")
class TraceTest {

    private static final Duration LONGEST = Duration.ofMinutes(6);

    @Test
    void aPaidCallIsOneTraceFromTheGatewayToItsSettlement() throws IOException, InterruptedException {
        var port = Ports.free();
        try (var installation = Installation.start(
                "traces",
                Map.of(
                        "TALLYSTICK_OTLP_ENDPOINT",
                        "http://127.0.0.1:" + port,
                        "QUARKUS_LOG_CONSOLE_JSON_ENABLED",
                        "true"))) {
            NodeProgram.run(
                    LONGEST,
                    Map.of(
                            "TALLYSTICK_STACK_FILE", installation.stackFile().toString(),
                            "TALLYSTICK_OTLP_PORT", Integer.toString(port)),
                    "--test",
                    "--test-reporter=spec",
                    "tests/trace.test.mjs");
        }
    }
}
