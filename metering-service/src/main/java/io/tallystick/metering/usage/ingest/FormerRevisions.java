package io.tallystick.metering.usage.ingest;

import io.smallrye.mutiny.Uni;
import io.tallystick.metering.usage.event.EventKey;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.Optional;
import java.util.UUID;

/** What an amendment would take the place of. A look only: whoever reads the log decides. */
@ApplicationScoped
class FormerRevisions {
    private final Pool pool;

    FormerRevisions(Pool pool) {
        this.pool = pool;
    }

    /** What can be said of an amendment before it is counted. */
    sealed interface Found {

        /** @param time of the event as it was first sent */
        record Standing(Instant time) implements Found {}

        /** @param digest of the amendment of this number that was counted */
        record Amended(long digest) implements Found {}

        /** Not counted (yet), or its record is no longer kept. */
        record Unknown() implements Found {}

        /** By a void, and no amendment took its place. */
        record TakenBack() implements Found {}
    }

    Uni<Found> of(EventKey former, EventKey amendment) {
        return pool.preparedQuery("""
                        select c.key, c.digest, r.time, v.key is not null as voided
                        from event_claim c
                        left join usage_record r on r.day = c.day and r.id = c.record_id
                        left join usage_void v on v.key = c.key
                        where c.key = any($1)
                        """)
                .execute(Tuple.of((Object) new UUID[] {former.value(), amendment.value()}))
                .map(rows -> {
                    var found = new HashMap<UUID, Row>();
                    rows.forEach(row -> found.put(row.getUUID("key"), row));
                    return Optional.ofNullable(found.get(amendment.value()))
                            .<Found>map(row -> new Found.Amended(row.getLong("digest")))
                            .orElseGet(() -> former(Optional.ofNullable(found.get(former.value()))));
                });
    }

    private static Found former(Optional<Row> row) {
        if (row.isEmpty() || row.get().getValue("time") == null) {
            return new Found.Unknown();
        }
        return row.get().getBoolean("voided")
                ? new Found.TakenBack()
                : new Found.Standing(row.get().getOffsetDateTime("time").toInstant());
    }
}
