package io.tallystick.metering.usage.ingest;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.usage.event.EventKey;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import io.tallystick.metering.usage.ingest.Incoming.Acceptable;
import io.tallystick.metering.usage.ingest.Incoming.Refused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is known of one event of a request before it is counted.
 *
 * @param index place in the request, from 0
 * @param id the event's own id, empty if it is not known
 * @param flaws why it was not taken in; empty if it was, or was counted before
 */
record Outcome(int index, String id, Word word, List<Flaw> flaws) {
    private static final String ALREADY = "; give a different event an id of its own";

    Outcome {
        requireNonNull(word, "word");
        flaws = List.copyOf(flaws);
    }

    enum Word {
        /** It is in the log. Nothing of its source and id was counted when this was looked up. */
        ACCEPTED,
        /** The same event was counted, or stands earlier in the request. */
        DUPLICATE,
        /** Another event of its source and id was counted, or stands earlier in the request. */
        CONFLICT,
        /** It breaks a rule. */
        INVALID;

        /** As it is answered. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What tells an event from others, and from another under the same id. */
    record Identified(EventKey key, long digest) {}

    /**
     * One for each of the events, in their order.
     *
     * @param identified by {@link Incoming#index}; an event without one, such as a void, is always accepted
     * @param counted digests of what was counted, by key
     */
    static List<Outcome> of(List<Incoming> events, Map<Integer, Identified> identified, Map<EventKey, Long> counted) {
        var outcomes = new ArrayList<Outcome>(events.size());
        var inRequest = new HashMap<EventKey, Long>();
        for (var event : events) {
            outcomes.add(
                    switch (event) {
                        case Refused(var index, var id, var flaws) -> new Outcome(index, id, Word.INVALID, flaws);
                        case Acceptable readable -> of(readable, identified.get(readable.index()), counted, inRequest);
                    });
        }
        return outcomes;
    }

    private static Outcome of(
            Acceptable event, Identified what, Map<EventKey, Long> counted, Map<EventKey, Long> inRequest) {
        var id = event.attributes().id();
        if (what == null) {
            return new Outcome(event.index(), id, Word.ACCEPTED, List.of());
        }
        var before = counted.get(what.key());
        var first = before == null ? inRequest.putIfAbsent(what.key(), what.digest()) : before;
        if (first == null) {
            return new Outcome(event.index(), id, Word.ACCEPTED, List.of());
        }
        if (first == what.digest()) {
            return new Outcome(event.index(), id, Word.DUPLICATE, List.of());
        }
        var rule = before == null
                ? "another event of this source and id stands earlier in the request" + ALREADY
                : "another event of this source and id was counted" + ALREADY;
        return new Outcome(event.index(), id, Word.CONFLICT, List.of(new Flaw("id", rule)));
    }
}
