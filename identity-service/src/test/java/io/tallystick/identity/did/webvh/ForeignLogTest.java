package io.tallystick.identity.did.webvh;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.webvh.Verification.Reason;
import io.tallystick.identity.did.webvh.Verification.Refused;
import io.tallystick.identity.did.webvh.Verification.Verified;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logs that other software made: npm's didwebvh-ts, by {@code acceptance/webvh-logs.mjs}. */
class ForeignLogTest {
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

    @ParameterizedTest
    @CsvSource({"rotated, 3", "moved, 2", "deactivated, 2"})
    void holds(String name, int versions) {
        assertThat(verify(name, file(name + ".jsonl"), ""))
                .isInstanceOfSatisfying(
                        Verified.class, log -> assertThat(log.versions()).hasSize(versions));
    }

    @ParameterizedTest
    @CsvSource({
        "rotated, https://é, https://e, WRONG_ENTRY_HASH",
        "rotated, nextKeyHashes\":[], nextKeyHashes\":[\"x\"], WRONG_ENTRY_HASH",
        "moved, portable\":true, portable\":false, WRONG_SCID",
        "deactivated, deactivated\":true, deactivated\":false, WRONG_ENTRY_HASH",
        "deactivated, proofValue\":\"z, proofValue\":\"z2, WRONG_PROOF"
    })
    void isRefusedOnceAltered(String name, String from, String to, Reason reason) {
        var log = file(name + ".jsonl");

        assertThat(verify(name, log.replace(from, to), ""))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    @Test
    void isWitnessedByTheProofsOfItsFile() {
        var log = file("witnessed.jsonl");
        var witnesses = file("witnessed.did-witness.json");

        assertThat(verify("witnessed", log, witnesses)).isInstanceOf(Verified.class);
        assertThat(verify("witnessed", log, "")).isInstanceOf(Refused.class);
        assertThat(verify("witnessed", log, witnesses.replace("\"2-", "\"3-"))).isInstanceOf(Refused.class);
    }

    private static Verification verify(String name, String log, String witnesses) {
        var first = LogEntry.read(file(name + ".jsonl").lines().findFirst().orElseThrow());
        var did = WebvhDid.parse(first.state().textOf("id").orElseThrow());
        return LogVerifier.verify(did, log, witnesses, NOW);
    }

    private static String file(String name) {
        try (var in = ForeignLogTest.class.getResourceAsStream("/webvh/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
