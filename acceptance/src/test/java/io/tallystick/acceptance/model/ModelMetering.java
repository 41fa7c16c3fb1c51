package io.tallystick.acceptance.model;

import io.tallystick.events.CallMetered;
import io.tallystick.events.Funding;
import io.tallystick.events.MeterAdvanced;
import io.tallystick.metering.meter.Aggregation;
import io.tallystick.metering.meter.CallMeters;
import io.tallystick.metering.meter.JsonPath;
import io.tallystick.metering.meter.Meter;
import io.tallystick.metering.meter.Numeral;
import io.tallystick.metering.meter.Quantity;
import io.tallystick.metering.usage.Series;
import io.tallystick.metering.usage.Series.Movement;
import io.tallystick.metering.usage.SeriesKey;
import io.tallystick.metering.usage.counting.Arrival;
import io.tallystick.metering.usage.counting.Batch;
import io.tallystick.metering.usage.counting.LogRecord;
import io.tallystick.metering.usage.event.EventKey;
import io.tallystick.metering.usage.event.UsageEvent;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The usage log, and what metering makes of it: each poll is one transaction over claims, records, series, the log's
 * position and the outbox.
 */
final class ModelMetering {
    static final String EVENT_TYPE = "run";
    static final List<Meter> METERS = List.of(
            new Meter(
                    "tokens",
                    EVENT_TYPE,
                    new Aggregation.Sum(path("$.tokens")),
                    new TreeMap<>(Map.of("model", path("$.model")))),
            new Meter("jobs", EVENT_TYPE, new Aggregation.Count(), new TreeMap<>()));

    // What is durably stored, and nothing else.
    final List<Arrival> log = new ArrayList<>();
    final Map<SeriesKey, Series> series = new HashMap<>();
    final Map<String, MeterAdvanced> outbox = new LinkedHashMap<>();
    final List<CallMetered> metered = new ArrayList<>();
    int position;
    private final Map<EventKey, Long> claimed = new HashMap<>();
    private final Map<EventKey, Batch.Candidate> records = new HashMap<>();
    private final Set<EventKey> waitingVoids = new HashSet<>();
    private final Set<EventKey> appliedVoids = new HashSet<>();

    private static JsonPath path(String text) {
        return JsonPath.parse(text).orElseThrow();
    }

    /** An event is acknowledged once it is in the log. */
    void report(String tenant, String id, String subject, String model, long tokens, Instant time, Instant now) {
        var data = Map.of("model", model, "tokens", new Numeral(Long.toString(tokens)));
        var event = new UsageEvent(tenant, Funding.ACCOUNT, "src", id, EVENT_TYPE, subject, time, data);
        log.add(new Arrival.Reported(at(now, Map.of()), event));
    }

    void reportCall(String tenant, String hold, String subject, Map<String, BigInteger> usage, Instant now) {
        var data = new HashMap<String, Object>(Map.of("model", "m"));
        usage.forEach((bucket, units) -> data.put(bucket, new Numeral(units.toString())));
        var event = new UsageEvent(
                tenant, Funding.CALL, "/gateway/" + tenant, hold, CallMeters.EVENT_TYPE, subject, now, data);
        log.add(new Arrival.Reported(at(now, Map.of("ts-hold", hold)), event));
    }

    void takeBack(String tenant, String id, Instant now) {
        log.add(new Arrival.Voiding(at(now, Map.of()), tenant, "src", id, "wrong"));
    }

    private LogRecord at(Instant now, Map<String, String> headers) {
        return new LogRecord(0, log.size(), now, headers, new byte[0]);
    }

    /** Counts the next records of the log, in one transaction. */
    void count(int records) {
        var end = Math.min(log.size(), position + records);
        var batch = new Batch(log.subList(position, end), _ -> METERS);
        var fresh = batch.against(claimed).fresh();
        var moved = new HashMap<SeriesKey, Movement>();
        for (var candidate : fresh) {
            claimed.put(candidate.key(), candidate.digest());
            this.records.put(candidate.key(), candidate);
            move(candidate, quantity -> Movement.ofAdded(quantity), moved);
            tell(candidate);
        }
        batch.voidings().keySet().stream()
                .filter(key -> !appliedVoids.contains(key))
                .forEach(waitingVoids::add);
        for (var key : List.copyOf(waitingVoids)) {
            if (this.records.containsKey(key)) {
                waitingVoids.remove(key);
                appliedVoids.add(key);
                move(this.records.get(key), quantity -> Movement.ofVoided(quantity), moved);
            }
        }
        moved.forEach((key, movement) -> {
            var next = series.getOrDefault(key, Series.opened(key)).plus(movement);
            series.put(key, next);
            outbox.put(next.toEvent().key(), next.toEvent());
        });
        position = end;
    }

    private static void move(
            Batch.Candidate candidate,
            java.util.function.Function<Quantity, Movement> movement,
            Map<SeriesKey, Movement> moved) {
        candidate
                .usage()
                .forEach(usage -> moved.merge(usage.series(), movement.apply(usage.quantity()), Movement::plus));
    }

    private void tell(Batch.Candidate candidate) {
        var event = candidate.event();
        if (event.funding() == Funding.CALL) {
            var usage = new HashMap<String, BigInteger>();
            ((Map<?, ?>) event.data()).forEach((bucket, value) -> {
                if (value instanceof Numeral(var text)) {
                    usage.put((String) bucket, new BigInteger(text));
                }
            });
            metered.add(new CallMetered(
                    event.tenant(),
                    event.id(),
                    event.subject(),
                    "/chat",
                    "m",
                    usage,
                    "provider_final",
                    event.id(),
                    event.time()));
        }
    }
}
