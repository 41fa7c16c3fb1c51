package io.tallystick.metering.usage.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.tallystick.events.Funding;
import io.tallystick.metering.usage.event.EventKey;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import io.tallystick.metering.usage.event.EventReader;
import io.tallystick.metering.usage.event.UsageEvent;
import io.tallystick.metering.usage.event.VoidRequest;
import io.tallystick.metering.usage.ingest.Incoming.Acceptable;
import io.tallystick.metering.usage.ingest.Incoming.Refused;
import io.tallystick.metering.usage.ingest.Outcome.Identified;
import io.tallystick.metering.usage.ingest.Outcome.Word;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Looks up which events of a request were counted, for a sender that asks for the result of each. What is still in the
 * log it cannot know: only the log's reader decides.
 */
@ApplicationScoped
class CountedBefore {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final Pool pool;
    private final EventReader reader;
    private final MeterRegistry metrics;

    CountedBefore(Pool pool, EventReader reader, MeterRegistry metrics) {
        this.pool = pool;
        this.reader = reader;
        this.metrics = metrics;
    }

    /** One outcome for each event, in their order; empty if the database does not answer in time. */
    Uni<Optional<List<Outcome>>> outcomes(String tenant, List<Incoming> events, Instant now) {
        var identified = new HashMap<Integer, Identified>();
        var looked = new ArrayList<Incoming>(events.size());
        for (var event : events) {
            looked.add(event instanceof Acceptable readable ? identified(tenant, readable, now, identified) : event);
        }
        if (identified.isEmpty()) {
            return Uni.createFrom().item(Optional.of(counted(Outcome.of(looked, identified, Map.of()))));
        }
        return pool.preparedQuery("select key, digest from event_claim where key = any($1)")
                .execute(Tuple.of((Object) identified.values().stream()
                        .map(what -> what.key().value())
                        .distinct()
                        .toArray(UUID[]::new)))
                .ifNoItem()
                .after(TIMEOUT)
                .fail()
                .map(rows -> {
                    var claimed = new HashMap<EventKey, Long>();
                    rows.forEach(row -> claimed.put(new EventKey(row.getUUID("key")), row.getLong("digest")));
                    return Optional.of(counted(Outcome.of(looked, identified, claimed)));
                })
                // Taking events in needs no database: the sender gets the answer that needs none.
                .onFailure()
                .recoverWithItem(Optional.empty());
    }

    private Incoming identified(String tenant, Acceptable event, Instant now, Map<Integer, Identified> identified) {
        var attributes = event.attributes();
        if (attributes.type().equals(VoidRequest.EVENT_TYPE)) {
            return event;
        }
        try {
            var read = new UsageEvent(
                    tenant,
                    Funding.ACCOUNT,
                    attributes.source(),
                    attributes.id(),
                    attributes.type(),
                    attributes.subject(),
                    attributes.time().orElse(now),
                    reader.data(event.event(), attributes));
            identified.put(event.index(), new Identified(read.key(), read.digest()));
            return event;
        } catch (IOException e) {
            var field = attributes.base64() ? "data_base64" : "data";
            var flaw = new Flaw(field, "must be what datacontenttype says, with each name of an object once");
            return new Refused(event.index(), attributes.id(), List.of(flaw));
        }
    }

    private List<Outcome> counted(List<Outcome> outcomes) {
        for (var word : List.of(Word.DUPLICATE, Word.CONFLICT)) {
            var found =
                    outcomes.stream().filter(outcome -> outcome.word() == word).count();
            metrics.counter("tallystick.ingest.recognized", "result", word.text())
                    .increment((double) found);
        }
        return outcomes;
    }
}
