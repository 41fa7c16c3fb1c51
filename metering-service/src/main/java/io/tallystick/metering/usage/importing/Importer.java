package io.tallystick.metering.usage.importing;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.usage.UsageEntry;
import io.tallystick.metering.usage.UsageLog;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import io.tallystick.metering.usage.importing.Imports.LineFlaw;
import io.tallystick.metering.usage.importing.Imports.Run;
import io.tallystick.metering.usage.importing.Lines.Line;
import io.tallystick.metering.usage.importing.RecordReader.Read;
import io.tallystick.metering.usage.importing.RecordReader.TooMuchException;
import io.tallystick.metering.usage.ingest.IngestConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads an import's body and puts its events into the usage log, a chunk at a time: the next is read when Kafka has the
 * one before, so that whoever sends too fast is held up and nothing is piled up here. Blocks.
 */
@ApplicationScoped
class Importer {
    private static final int CHUNK_LINES = 500;
    private static final int CHUNK_BYTES = 512 * 1024;
    private static final Duration DATABASE = Duration.ofSeconds(10);
    private static final Duration LOG = Duration.ofMinutes(1);

    private final ImportConfig config;
    private final IngestConfig ingest;
    private final Imports imports;
    private final Lines lines;
    private final UsageLog log;
    private final Semaphore slots;
    private final Counter received;
    private final Counter invalid;

    Importer(
            ImportConfig config,
            IngestConfig ingest,
            Imports imports,
            Lines lines,
            UsageLog log,
            MeterRegistry metrics) {
        this.config = config;
        this.ingest = ingest;
        this.imports = imports;
        this.lines = lines;
        this.log = log;
        slots = new Semaphore(config.atOnce());
        received = Counter.builder("tallystick.import.received")
                .description("Events of imports that Kafka has")
                .register(metrics);
        invalid = Counter.builder("tallystick.import.invalid")
                .description("Lines of imports that were not taken in")
                .register(metrics);
    }

    /**
     * What is brought.
     *
     * @param firstLine number of the body's first line with an event
     * @param more whether other requests of the same run follow
     */
    record Delivery(String by, boolean csv, boolean gzip, long firstLine, boolean more) {}

    /** For those that find all slots taken. */
    boolean takeSlot() {
        return slots.tryAcquire();
    }

    void giveSlot() {
        slots.release();
    }

    void bring(Run run, Delivery delivery, InputStream body) {
        var ended = false;
        try {
            var reader = new RecordReader(
                    delivery.gzip() ? new GZIPInputStream(body) : body,
                    delivery.csv(),
                    ingest.eventBytes(),
                    config.expandedBytes());
            new Delivering(run, delivery, reader).all();
            ended = awaited(imports.end(run, delivery.more() ? "waiting" : "received"));
            if (!ended) {
                throw stopped();
            }
        } catch (TooMuchException e) {
            throw new ProblemException(Problem.of(
                    "body-too-large",
                    "Body too large",
                    413,
                    "The body has more than " + config.expandedBytes() + " bytes once it is decompressed. What came "
                            + "before was taken in; send the rest under the same import in several requests."));
        } catch (ZipException e) {
            throw invalid("The body says that it is gzip and is not.");
        } catch (IOException e) {
            throw invalid("The body ended before it was whole. Send it again under the same import.");
        } finally {
            if (!ended) {
                broken(run);
            }
        }
    }

    /** Where the database is away too the run is taken over after two minutes. */
    private void broken(Run run) {
        try {
            awaited(imports.end(run, "broken"));
        } catch (RuntimeException e) {
            Log.warnf("import is left as it is, cause=%s", e);
        }
    }

    private static <T> T awaited(Uni<T> database) {
        return database.await().atMost(DATABASE);
    }

    private static ProblemException invalid(String detail) {
        return new ProblemException(Problem.of("invalid-import", "Import not valid", 400, detail));
    }

    private static ProblemException stopped() {
        return new ProblemException(Problem.of(
                "import-stopped",
                "Import stopped",
                409,
                "It was cancelled, or another request took it over. What was received is counted."));
    }

    /** One body on its way. */
    private final class Delivering {
        private final Run run;
        private final Delivery delivery;
        private final RecordReader reader;
        private final List<UsageEntry> entries = new ArrayList<>();
        private final List<LineFlaw> flaws = new ArrayList<>();
        private long line;
        private long bytes;
        private long bad;

        Delivering(Run run, Delivery delivery, RecordReader reader) {
            this.run = run;
            this.delivery = delivery;
            this.reader = reader;
            line = delivery.firstLine();
        }

        void all() throws IOException {
            var csv = delivery.csv() ? Optional.of(header()) : Optional.<Csv>empty();
            for (var read = reader.next(); !(read instanceof Read.End); read = reader.next()) {
                switch (read) {
                    case Read.Line(var record) when record.length == 0 -> {}
                    case Read.Line(var record) -> {
                        take(line(csv, record));
                        line++;
                    }
                    case Read.TooLong _ -> {
                        take(new Line.Bad("", new Flaw("", "must have at most " + ingest.eventBytes() + " bytes")));
                        line++;
                    }
                    case Read.End _ -> throw new IllegalStateException("the loop ends there");
                }
                if (entries.size() == CHUNK_LINES || bytes > CHUNK_BYTES || bad == CHUNK_LINES) {
                    deliver();
                }
            }
            deliver();
        }

        private Csv header() throws IOException {
            return reader.next() instanceof Read.Line(var record)
                    ? Csv.of(record).orElseThrow(() -> invalid(Csv.RULE))
                    : fail();
        }

        private static Csv fail() {
            throw invalid(Csv.RULE);
        }

        private Line line(Optional<Csv> csv, byte[] record) {
            var now = Instant.now();
            if (csv.isEmpty()) {
                return lines.event(run.tenant(), record, now);
            }
            return csv.get()
                    .row(record)
                    .map(row -> lines.row(run.tenant(), row, "/v1/imports/" + run.id(), "line-" + line, now))
                    .orElseGet(() -> new Line.Bad(
                            "",
                            new Flaw("", "must be UTF-8 with as many cells as there are columns, quoted as a whole")));
        }

        private void take(Line read) {
            switch (read) {
                case Line.Good(var attributes, var event) -> {
                    bytes += event.length;
                    entries.add(UsageEntry.ofImport(
                            run.tenant(), attributes.subject(), delivery.by(), run.id(), run.number(), event));
                }
                case Line.Bad(var id, var flaw) -> {
                    bad++;
                    if (flaws.size() < Imports.FLAWS) {
                        var pointer = flaw.field().isEmpty() ? "" : "/" + flaw.field();
                        flaws.add(new LineFlaw(line, id, pointer, flaw.rule()));
                    }
                }
            }
        }

        private void deliver() {
            // The log keeps its own time, which is shorter.
            Uni.createFrom().completionStage(() -> log.append(entries)).await().atMost(LOG);
            if (!awaited(imports.advance(run, entries.size(), bad, flaws))) {
                throw stopped();
            }
            received.increment(entries.size());
            invalid.increment((double) bad);
            entries.clear();
            flaws.clear();
            bytes = 0;
            bad = 0;
        }
    }
}
