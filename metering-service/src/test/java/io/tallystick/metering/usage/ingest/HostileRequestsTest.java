package io.tallystick.metering.usage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.usage.event.EventReader;
import io.tallystick.metering.usage.event.HostileBodies;
import io.tallystick.metering.usage.ingest.Incoming.Acceptable;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a request brings, it is read or refused; and what is read is read alike from the log. */
class HostileRequestsTest {
    private static final List<String> TYPES = List.of(
            "application/cloudevents+json",
            "application/cloudevents-batch+json",
            "application/json",
            "application/json; charset=utf-8",
            "APPLICATION/JSON;;charset=\"utf8\";",
            "text/plain",
            ";",
            "application/octet-stream");

    private static final List<String> TEXTS = List.of(
            "1.0",
            "e1",
            "\"e\\\"1\"",
            "%",
            "%C3%A4",
            "%C3",
            "%ED%A0%80",
            "\"",
            "\"\\",
            "",
            " ",
            "a\u0000b",
            "ä",
            "\ud800");

    private final EventReader reader = new EventReader();
    private final IncomingReader incoming = new IncomingReader(config(), reader, new BinaryMode(reader));

    @Test
    void areReadOrRefused() {
        long taken = 0;
        for (long number = 0; number < HostileBodies.howMany(); number++) {
            var body = HostileBodies.of(number);
            var headers = headers(new Random(number));
            try {
                for (var event : incoming.read(headers, body).events()) {
                    if (event instanceof Acceptable acceptable) {
                        readsAlikeFromTheLog(acceptable);
                        taken++;
                    }
                }
            } catch (ProblemException e) {
                assertThat(e.problem().status()).isBetween(400, 499);
            } catch (IOException | RuntimeException | AssertionError | StackOverflowError e) {
                throw new AssertionError(
                        "body " + number + " with " + headers + ": "
                                + HexFormat.of().formatHex(body),
                        e);
            }
        }
        // Else it would be a search where nothing is.
        assertThat(taken).isGreaterThan(HostileBodies.howMany() / 50);
    }

    private void readsAlikeFromTheLog(Acceptable event) throws IOException {
        assertThat(reader.read(event.event())).isEqualTo(event.attributes());
        try {
            reader.data(event.event(), event.attributes());
        } catch (IOException e) {
            assertThat(e).isNotNull();
        }
    }

    private static MultivaluedMap<String, String> headers(Random random) {
        var headers = new MultivaluedHashMap<String, String>();
        if (random.nextInt(20) > 0) {
            headers.putSingle("content-type", TYPES.get(random.nextInt(TYPES.size())));
        }
        if (random.nextInt(4) == 0) {
            for (var name : List.of(
                    "ce-specversion", "ce-id", "ce-source", "ce-type", "ce-subject", "ce-time", "ce-data", "ce-É")) {
                if (random.nextInt(6) > 0) {
                    headers.add(name, name.equals("ce-specversion") ? "1.0" : TEXTS.get(random.nextInt(TEXTS.size())));
                }
            }
        }
        return headers;
    }

    private static IngestConfig config() {
        return new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 100, new DurationConverter())
                .withMapping(IngestConfig.class)
                .build()
                .getConfigMapping(IngestConfig.class);
    }

    /** The search sees a fault where there is one: offsets that are off by one read another event. */
    @Test
    void wouldBeSeenIfTheBytesWereOthers() throws IOException {
        var text =
                "[{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"s\",\"type\":\"t\",\"subject\":\"c\",\"data\":1}]";
        var headers = new MultivaluedHashMap<String, String>();
        headers.putSingle("content-type", "application/json");
        var event = (Acceptable) incoming.read(headers, text.getBytes(StandardCharsets.UTF_8))
                .events()
                .getFirst();

        assertThat(reader.read(event.event()))
                .isEqualTo(event.attributes())
                .isNotEqualTo(event.attributes().movedBy(1));
    }
}
