package io.tallystick.metering.usage.counting;

import io.tallystick.events.Funding;
import io.tallystick.metering.meter.CallMeters;
import io.tallystick.metering.meter.Measurement.Measured;
import io.tallystick.metering.meter.Measurement.NotMeasured;
import io.tallystick.metering.meter.Measurement.Unusable;
import io.tallystick.metering.meter.Meter;
import io.tallystick.metering.meter.Quantity;
import io.tallystick.metering.usage.SeriesKey;
import io.tallystick.metering.usage.counting.Arrival.Amending;
import io.tallystick.metering.usage.counting.Arrival.DeadLetter;
import io.tallystick.metering.usage.counting.Arrival.Reason;
import io.tallystick.metering.usage.counting.Arrival.Reported;
import io.tallystick.metering.usage.counting.Arrival.Voiding;
import io.tallystick.metering.usage.event.EventKey;
import io.tallystick.metering.usage.event.UsageEvent;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What one transaction makes of the arrivals of one poll. Decides only: {@link UsageBatches} asks the database what was
 * claimed before, and writes down the outcome.
 */
public final class Batch {
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<NotCountable> unusable = new ArrayList<>();
    private final List<DeadLetter> letters = new ArrayList<>();
    private final Map<EventKey, Voiding> voidings = new LinkedHashMap<>();

    /** One event's quantity on one meter; a series only of one that is billed. */
    public record Usage(SeriesKey series, Quantity quantity, Meter meter) {}

    /**
     * An event that counts if its key is free.
     *
     * @param position its own among the candidates of the batch
     * @param usage without the meters that it adds nothing to
     */
    public record Candidate(
            int position, LogRecord at, UsageEvent event, EventKey key, long digest, List<Usage> usage) {
        private static final Duration GRACE = Duration.ofMinutes(5);

        /** Whether its hour was over, and some minutes more, when it arrived. It counts there all the same. */
        boolean isLate() {
            var end = event.time().truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
            return end.plus(GRACE).isBefore(at.appendedAt());
        }
    }

    /** An event that a meter cannot use: nothing at all if it is a retry of one that was counted without that meter. */
    record NotCountable(EventKey key, long digest, DeadLetter letter) {}

    /**
     * @param fresh the events that count, each key once
     * @param duplicates how many were retries of one that counts
     * @param letters other events under a key that is taken, and those that a meter cannot use
     */
    public record Verdict(List<Candidate> fresh, int duplicates, List<DeadLetter> letters) {}

    /** @param meters a tenant's own meters */
    public Batch(List<Arrival> arrivals, Function<String, List<Meter>> meters) {
        this(arrivals, meters, Set.of());
    }

    /**
     * @param meters a tenant's own meters
     * @param amendable of the revisions that are to be replaced those that were counted and not taken back
     */
    Batch(List<Arrival> arrivals, Function<String, List<Meter>> meters, Set<EventKey> amendable) {
        for (var arrival : arrivals) {
            switch (arrival) {
                case Amending amending ->
                    amend(amending, meters.apply(amending.event().tenant()), amendable);
                case Reported(var at, var event) -> measure(at, event, meters.apply(event.tenant()));
                case Voiding voiding -> voidings.putIfAbsent(voiding.key(), voiding);
                case DeadLetter letter -> letters.add(letter);
            }
        }
    }

    /**
     * An event counts on every meter that wants it or on none: one whose value cannot be used takes no key, so that it
     * can be sent again under the same id when it, or the meter, was put right.
     */
    private boolean measure(LogRecord at, UsageEvent event, List<Meter> ofTenant) {
        var usage = new ArrayList<Usage>();
        for (var meter : event.funding() == Funding.CALL ? CallMeters.with(ofTenant) : ofTenant) {
            switch (meter.measure(event.type(), event.data())) {
                case Measured(var quantity, var _)
                when quantity.isZero() && meter.aggregation().billable() -> {}
                case Measured(var quantity, var dimensions) ->
                    usage.add(new Usage(series(event, meter, dimensions), quantity, meter));
                case NotMeasured() -> {}
                case Unusable(var path, var rule) -> {
                    var detail = "meter " + meter.slug() + " reads " + path + ", which " + rule;
                    var letter = DeadLetter.of(at, event, Reason.UNUSABLE, "/data", detail);
                    unusable.add(new NotCountable(event.key(), event.digest(), letter));
                    return false;
                }
            }
        }
        candidates.add(new Candidate(candidates.size(), at, event, event.key(), event.digest(), List.copyOf(usage)));
        return true;
    }

    /** Takes the former revision back only if the new one can be counted: nothing is lost to a bad amendment. */
    private void amend(Amending amending, List<Meter> ofTenant, Set<EventKey> amendable) {
        var former = amending.former();
        var event = amending.event();
        if (!amendable.contains(former.key())) {
            var detail = "revision " + former.revision() + " was not counted, is no longer kept or was taken back";
            var letter = DeadLetter.of(amending.at(), event, Reason.UNMATCHED_AMENDMENT, "/id", detail);
            unusable.add(new NotCountable(event.key(), event.digest(), letter));
        } else if (measure(amending.at(), event, ofTenant)) {
            voidings.putIfAbsent(former.key(), former);
        }
    }

    private static SeriesKey series(UsageEvent event, Meter meter, Map<String, String> dimensions) {
        return new SeriesKey(
                event.tenant(),
                event.subject(),
                meter.slug(),
                new TreeMap<>(dimensions),
                event.time().truncatedTo(ChronoUnit.HOURS),
                event.funding());
    }

    public List<Candidate> candidates() {
        return candidates;
    }

    List<NotCountable> unusable() {
        return unusable;
    }

    /** What never could be counted, whatever was claimed. */
    List<DeadLetter> letters() {
        return letters;
    }

    /** The events to take back, each once. */
    public Map<EventKey, Voiding> voidings() {
        return voidings;
    }

    /**
     * @param claimed digests of the events that were counted before this batch, by key
     */
    public Verdict against(Map<EventKey, Long> claimed) {
        var fresh = new ArrayList<Candidate>();
        var duplicates = 0;
        var refused = new ArrayList<DeadLetter>();
        var taken = new HashMap<>(claimed);
        for (var candidate : candidates) {
            var first = taken.putIfAbsent(candidate.key(), candidate.digest());
            if (first == null) {
                fresh.add(candidate);
            } else if (first == candidate.digest()) {
                duplicates++;
            } else {
                refused.add(DeadLetter.of(
                        candidate.at(),
                        candidate.event(),
                        Reason.CONFLICT,
                        "/id",
                        "another event of this source and id was counted; give a different event an id of its own"));
            }
        }
        for (var event : unusable) {
            if (claimed.containsKey(event.key()) && claimed.get(event.key()) == event.digest()) {
                duplicates++;
            } else {
                refused.add(event.letter());
            }
        }
        return new Verdict(fresh, duplicates, refused);
    }
}
