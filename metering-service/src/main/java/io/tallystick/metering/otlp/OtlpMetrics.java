package io.tallystick.metering.otlp;

import io.smallrye.mutiny.Uni;
import io.tallystick.kit.problem.UnavailableException;
import io.tallystick.metering.otlp.OtlpEvents.Made;
import io.tallystick.metering.otlp.OtlpSettings.Setting;
import io.tallystick.metering.otlp.OtlpSettings.Source;
import io.tallystick.metering.otlp.Streams.Step;
import io.tallystick.metering.otlp.Streams.Stream;
import io.tallystick.metering.otlp.signal.GenAi;
import io.tallystick.metering.otlp.signal.Point;
import io.tallystick.metering.otlp.signal.Point.Temporality;
import io.tallystick.metering.usage.UsageEntry;
import io.tallystick.metering.usage.UsageLog;
import io.tallystick.metering.usage.event.Fingerprint;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Points of token counters become usage events: what a counter rose by since it was last heard, or what a point of
 * differences says. The highest total heard counts, so a point that is repeated or comes late adds nothing.
 */
@ApplicationScoped
class OtlpMetrics {
    /** A step of somebody else is finished first, and another may begin meanwhile. */
    private static final int ROUNDS = 4;

    private final OtlpSettings settings;
    private final OtlpEvents events;
    private final Streams streams;
    private final UsageLog log;

    OtlpMetrics(OtlpSettings settings, OtlpEvents events, Streams streams, UsageLog log) {
        this.settings = settings;
        this.events = events;
        this.streams = streams;
        this.log = log;
    }

    /** A point that is to be counted. */
    private record Heard(Point point, BigDecimal value, String bucket, String subject) {}

    /** Who sends, and how its usage is counted. */
    private record Sender(String tenant, String by, Setting setting) {}

    Uni<Taken> take(String tenant, String by, List<Point> points) {
        var sender = new Sender(tenant, by, settings.of(tenant));
        var taken = new Taken.Tally("data points");
        var differences = new ArrayList<UsageEntry>();
        var totals = new HashMap<UUID, Heard>();
        for (var point : points) {
            GenAi.bucket(point)
                    .flatMap(bucket -> heard(sender, point, bucket, taken))
                    .ifPresent(heard -> {
                        if (point.temporality() == Temporality.DELTA) {
                            difference(sender, heard, taken).ifPresent(differences::add);
                        } else {
                            // Of one counter the highest holds all others.
                            totals.merge(point.stream(tenant), heard, OtlpMetrics::later);
                        }
                    });
        }
        return Uni.createFrom()
                .completionStage(() -> log.append(differences))
                .chain(() -> totals.isEmpty()
                        ? Uni.createFrom().item(0)
                        : totals(sender, totals, taken, 0, ROUNDS)
                                .onFailure(Streams.TooManyException.class)
                                .recoverWithItem(() -> {
                                    taken.refuse(totals.size(), "the tenant has too many counters");
                                    return 0;
                                }))
                .map(steps -> taken.with(differences.size() + steps));
    }

    private static Heard later(Heard one, Heard other) {
        var times = Long.compare(one.point().timeNanos(), other.point().timeNanos());
        return times > 0 || (times == 0 && one.value().compareTo(other.value()) > 0) ? one : other;
    }

    private Optional<Heard> heard(Sender sender, Point point, String bucket, Taken.Tally taken) {
        if (point.value().isEmpty()) {
            return Optional.empty();
        }
        var value = new BigDecimal(point.value().get());
        var subject = OtlpEvents.subject(sender.setting().subject(), point.attributes(), point.resource());
        var flaw = flaw(sender, point, value, subject);
        if (flaw.isPresent()) {
            taken.refuse(flaw.get());
            return Optional.empty();
        }
        return Optional.of(new Heard(point, value, bucket, subject.orElseThrow()));
    }

    private static Optional<String> flaw(Sender sender, Point point, BigDecimal value, Optional<String> subject) {
        if (point.temporality() == Temporality.UNSPECIFIED) {
            return Optional.of("a counter needs a temporality");
        }
        if (point.timeNanos() <= 0 || point.startNanos() < 0) {
            return Optional.of("a point needs a time");
        }
        if (!sender.setting().counts(Source.METRICS, OtlpTimes.of(point.timeNanos()))) {
            return Optional.of("this tenant's usage is counted by its traces");
        }
        if (value.signum() < 0 || value.scale() > 0 || value.precision() > 19) {
            return Optional.of("a count of tokens is a whole number of at least 0");
        }
        return subject.isEmpty()
                ? Optional.of("no attribute says who consumed: set service.name of the resource")
                : Optional.empty();
    }

    private Optional<UsageEntry> difference(Sender sender, Heard heard, Taken.Tally taken) {
        var point = heard.point();
        if (heard.value().signum() == 0) {
            return Optional.empty();
        }
        var id = Fingerprint.of(point.stream(sender.tenant()).toString(), Long.toString(point.timeNanos()));
        return switch (made(sender, heard, id, heard.value())) {
            case Made.Event(var entry, var _) -> Optional.of(entry);
            case Made.Unusable(var why) -> {
                taken.refuse(why);
                yield Optional.empty();
            }
        };
    }

    private Made made(Sender sender, Heard heard, UUID id, BigDecimal tokens) {
        return events.event(
                sender.tenant(),
                sender.by(),
                "metrics",
                id.toString(),
                heard.subject(),
                OtlpTimes.of(heard.point().timeNanos()),
                Map.of(heard.bucket(), tokens.toPlainString()),
                GenAi.texts(heard.point().attributes()));
    }

    private Uni<Integer> totals(
            Sender sender, Map<UUID, Heard> totals, Taken.Tally taken, int stepsBefore, int rounds) {
        var starts = new HashMap<UUID, Long>();
        totals.forEach((key, heard) -> starts.put(key, heard.point().startNanos()));
        var again = new HashMap<UUID, Heard>();
        return streams.advance(sender.tenant(), starts, stream -> {
                    var heard = totals.get(stream.key());
                    if (stream.next().isPresent()) {
                        again.put(stream.key(), heard);
                        return stream;
                    }
                    return advanced(sender, stream, heard, taken);
                })
                .chain(after -> {
                    var steps = new HashMap<UUID, BigDecimal>();
                    var entries = new ArrayList<UsageEntry>();
                    after.values().forEach(stream -> stream.next().ifPresent(step -> {
                        steps.put(stream.key(), step.to());
                        entries.add(UsageEntry.ofAccount(
                                sender.tenant(), totals.get(stream.key()).subject(), sender.by(), step.event()));
                    }));
                    return Uni.createFrom()
                            .completionStage(() -> log.append(entries))
                            .chain(() -> streams.done(steps))
                            .chain(() -> next(sender, again, taken, stepsBefore + entries.size(), rounds - 1));
                });
    }

    private Uni<Integer> next(Sender sender, Map<UUID, Heard> again, Taken.Tally taken, int steps, int rounds) {
        if (again.isEmpty()) {
            return Uni.createFrom().item(steps);
        }
        if (rounds == 0) {
            // The exporter sends the same totals again.
            throw new UnavailableException(
                    "otlp counters",
                    Duration.ofSeconds(2),
                    new IllegalStateException("others count the same counters"));
        }
        return totals(sender, again, taken, steps, rounds);
    }

    private Stream advanced(Sender sender, Stream stream, Heard heard, Taken.Tally taken) {
        var point = heard.point();
        var since = OtlpTimes.of(sender.setting().since());
        if (point.timeNanos() <= stream.lastNanos()) {
            // Late. What it tells is in what was heard since, unless that was of a counter that began anew.
            return stream;
        }
        if (sender.setting().source() == Source.METRICS
                && point.timeNanos() >= since
                && stream.startNanos() < since
                && stream.lastNanos() < since
                && stream.startNanos() > 0) {
            // It rose while the tenant was counted otherwise: only what comes from now on is new.
            return new Stream(
                    stream.key(),
                    stream.startNanos(),
                    point.timeNanos(),
                    stream.generation(),
                    heard.value(),
                    Optional.empty());
        }
        var anew = heard.value().compareTo(stream.counted()) < 0;
        if (anew && stream.startNanos() > 0) {
            // Less than before from the same start: a late total with a wrong time. It never falls.
            return stream;
        }
        var generation = stream.generation() + (anew ? 1 : 0);
        var from = anew ? BigDecimal.ZERO : stream.counted();
        var quiet =
                new Stream(stream.key(), stream.startNanos(), point.timeNanos(), generation, from, Optional.empty());
        if (heard.value().compareTo(from) == 0) {
            return quiet;
        }
        var id = Fingerprint.of(
                stream.key().toString(),
                Integer.toString(generation),
                from.toPlainString(),
                heard.value().toPlainString());
        return switch (made(sender, heard, id, heard.value().subtract(from))) {
            case Made.Event(var _, var bytes) ->
                new Stream(
                        stream.key(),
                        stream.startNanos(),
                        point.timeNanos(),
                        generation,
                        from,
                        Optional.of(new Step(heard.value(), bytes)));
            case Made.Unusable(var why) -> {
                taken.refuse(why);
                yield stream;
            }
        };
    }
}
