package io.tallystick.metering.usage.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.tallystick.metering.meter.Measurement.Unusable;
import io.tallystick.metering.meter.Meter;
import io.tallystick.metering.usage.UsageConfig;
import io.tallystick.metering.usage.UsageEntry;
import io.tallystick.metering.usage.UsageLog;
import io.tallystick.metering.usage.event.ArrivalWindow;
import io.tallystick.metering.usage.event.EventAttributes;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import io.tallystick.metering.usage.event.EventReader;
import io.tallystick.metering.usage.event.VoidRequest;
import io.tallystick.metering.usage.ingest.Incoming.Acceptable;
import io.tallystick.metering.usage.ingest.Incoming.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Puts the good events of a request into the usage log, and says what is wrong with the others. */
@ApplicationScoped
public class Ingest {
    private final UsageLog log;
    private final EventReader reader;
    private final KnownMeters meters;
    private final ArrivalWindow window;
    private final Counter accepted;
    private final Counter refused;

    Ingest(UsageLog log, EventReader reader, KnownMeters meters, UsageConfig config, MeterRegistry metrics) {
        this.log = log;
        this.reader = reader;
        this.meters = meters;
        window = config.window();
        accepted = Counter.builder("tallystick.ingest.accepted")
                .description("Events acknowledged to their senders")
                .register(metrics);
        refused = Counter.builder("tallystick.ingest.refused")
                .description("Events not taken in")
                .register(metrics);
    }

    /** Refuses what the reader of the log would turn into a dead letter, while the sender still listens. */
    List<Incoming> checked(String tenant, List<Incoming> events, Instant now) {
        return events.stream()
                .map(event -> event instanceof Acceptable readable ? checked(tenant, readable, now) : event)
                .toList();
    }

    static List<Refused> refusedOf(List<Incoming> events) {
        return events.stream()
                .filter(Refused.class::isInstance)
                .map(Refused.class::cast)
                .toList();
    }

    void countRefused(int events) {
        refused.increment(events);
    }

    /** Puts those that are readable into the log. Completes with their number once Kafka has every one. */
    Uni<Integer> append(String tenant, String by, List<Incoming> events) {
        var entries = events.stream()
                .filter(Acceptable.class::isInstance)
                .map(Acceptable.class::cast)
                .map(event -> UsageEntry.ofAccount(tenant, event.attributes().subject(), by, event.event()))
                .toList();
        return Uni.createFrom()
                .completionStage(() -> log.append(entries))
                .invoke(() -> accepted.increment(entries.size()))
                .map(_ -> entries.size());
    }

    private Incoming checked(String tenant, Acceptable event, Instant now) {
        var flaw = flaw(tenant, event, now);
        return flaw.isPresent() ? new Refused(event.index(), event.attributes().id(), List.of(flaw.get())) : event;
    }

    private Optional<Flaw> flaw(String tenant, Acceptable event, Instant now) {
        return flaw(tenant, event.attributes(), event.event(), now);
    }

    /** As {@link #unusable(String, EventAttributes, byte[])}, and that its time lies within the window. */
    public Optional<Flaw> flaw(String tenant, EventAttributes attributes, byte[] event, Instant now) {
        var voids = attributes.type().equals(VoidRequest.EVENT_TYPE);
        if (!voids && window.place(attributes.time().orElse(now), now) != ArrivalWindow.Place.WITHIN) {
            return Optional.of(new Flaw("time", window.rule()));
        }
        return unusable(tenant, attributes, event);
    }

    /** What keeps an event from being counted whatever its time is. */
    Optional<Flaw> unusable(String tenant, Acceptable event) {
        return unusable(tenant, event.attributes(), event.event());
    }

    /**
     * As far as is known here: a meter made moments ago is not.
     *
     * @param event what {@code attributes} were read from
     */
    public Optional<Flaw> unusable(String tenant, EventAttributes attributes, byte[] event) {
        var type = attributes.type();
        var voids = type.equals(VoidRequest.EVENT_TYPE);
        var counting = meters.of(tenant).stream()
                .filter(meter -> meter.eventType().equals(type))
                .toList();
        if (!voids && counting.isEmpty()) {
            return Optional.empty();
        }
        try {
            var data = reader.data(event, attributes);
            return voids ? notAVoid(data) : unusable(counting, type, data);
        } catch (IOException e) {
            return Optional.of(
                    attributes.base64()
                            ? new Flaw("data_base64", "must be base64 of what datacontenttype says, each name once")
                            : new Flaw("data", "must have each name once in an object"));
        }
    }

    private static Optional<Flaw> notAVoid(Object data) {
        return VoidRequest.of(data).isPresent() ? Optional.empty() : Optional.of(new Flaw("data", VoidRequest.RULE));
    }

    private static Optional<Flaw> unusable(List<Meter> counting, String type, Object data) {
        for (var meter : counting) {
            if (meter.measure(type, data) instanceof Unusable(var path, var rule)) {
                return Optional.of(new Flaw(
                        "data",
                        "meter " + meter.slug() + " reads " + path + ", which " + rule
                                + "; if it was taken in before this meter was created, it counts as it was then"));
            }
        }
        return Optional.empty();
    }
}
