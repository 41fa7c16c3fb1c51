package io.tallystick.metering.meter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.reactive.mutiny.Mutiny;

/** The tenants' meters. One method is one transaction; {@link MeterDraft} decides. */
@ApplicationScoped
public class Meters {
    /** Most meters of a tenant: each event of theirs is held against all of them. */
    static final int MOST = 200;

    /** Beside the locks of whoever reads the log. */
    private static final int CREATION_LOCK = 4;

    private final Mutiny.SessionFactory sessions;
    private final ObjectMapper json;
    private final RandomGenerator random = new SecureRandom();

    Meters(Mutiny.SessionFactory sessions, ObjectMapper json) {
        this.sessions = sessions;
        this.json = json;
    }

    /** A meter as it is stored. */
    public record Stored(
            String id, String name, String description, MeterDraft draft, Instant createdAt, Instant updatedAt) {}

    /** What became of a new meter. */
    sealed interface Creation {}

    record Created(Stored meter) implements Creation {}

    enum NotCreated implements Creation {
        SLUG_TAKEN,
        /** Its series hold what another definition counted. */
        SLUG_USED,
        TOO_MANY
    }

    /** @param since time of the first event to count that was counted before; empty for none */
    Uni<Creation> create(
            String tenant, String name, String description, Meter meter, MeterDraft draft, Optional<Instant> since) {
        var row = row(tenant, name, description, meter, draft);
        return sessions.withTransaction(session -> refusal(session, row)
                        .chain(refusal -> refusal.isPresent()
                                ? Uni.createFrom().<Creation>item(refusal.get())
                                : session.persist(row)
                                        .chain(session::flush)
                                        .chain(() -> backfill(session, row, since))
                                        .map(_ -> new Created(stored(row)))))
                .onFailure(Meters::slugTaken)
                .recoverWithItem(NotCreated.SLUG_TAKEN);
    }

    /** In the transaction that makes the meter: there is none without the other. */
    private static Uni<Integer> backfill(Mutiny.Session session, MeterEntity row, Optional<Instant> since) {
        return since.isEmpty()
                ? Uni.createFrom().item(0)
                : session.createNativeQuery(
                                "insert into backfill (meter, tenant, since, state, day, after_id, last_day, "
                                        + "last_id, looked, counted, unusable, failures, created_at, updated_at) values (:meter, "
                                        + ":tenant, :since, 'waiting', current_date, 0, current_date, 0, 0, 0, 0, 0, now(), now())")
                        .setParameter("meter", row.id)
                        .setParameter("tenant", row.tenant)
                        .setParameter("since", since.get())
                        .executeUpdate();
    }

    /**
     * Why there can be no such meter. One creation of a tenant at a time, and a statement after the lock: none can slip in
     * between what is looked at and what is written.
     */
    private static Uni<Optional<NotCreated>> refusal(Mutiny.Session session, MeterEntity row) {
        var lock = session.createNativeQuery(
                        "select cast(pg_advisory_xact_lock(:lock, hashtext(:tenant)) as text)", String.class)
                .setParameter("lock", CREATION_LOCK)
                .setParameter("tenant", row.tenant)
                .getSingleResultOrNull();
        return lock.chain(() -> session.createQuery(
                                "from MeterEntity where tenant = :tenant and (deletedAt is null or slug = :slug) "
                                        + "order by case when deletedAt is null then 0 else 1 end",
                                MeterEntity.class)
                        .setParameter("tenant", row.tenant)
                        .setParameter("slug", row.slug)
                        // Those of one slug count alike, so that one of the deleted ones is enough.
                        .setMaxResults(MOST + 1)
                        .setReadOnly(true)
                        .getResultList())
                .map(old -> refusal(old, row));
    }

    private static Optional<NotCreated> refusal(List<MeterEntity> old, MeterEntity row) {
        if (old.stream().filter(meter -> meter.deletedAt == null).count() >= MOST) {
            return Optional.of(NotCreated.TOO_MANY);
        }
        var sameSlug = old.stream().filter(meter -> meter.slug.equals(row.slug)).toList();
        if (sameSlug.stream().anyMatch(meter -> meter.deletedAt == null)) {
            return Optional.of(NotCreated.SLUG_TAKEN);
        }
        return sameSlug.stream().allMatch(row::countsAlike) ? Optional.empty() : Optional.of(NotCreated.SLUG_USED);
    }

    Uni<List<Stored>> all(String tenant) {
        return sessions.withSession(session -> session.createQuery(
                        "from MeterEntity where tenant = :tenant and deletedAt is null order by slug",
                        MeterEntity.class)
                .setParameter("tenant", tenant)
                .getResultList()
                .map(rows -> rows.stream().map(this::stored).toList()));
    }

    /** The tenant's own meter of this id or slug, or else the {@link CallMeters call meter} of this slug. */
    public Uni<Optional<Stored>> find(String tenant, String idOrSlug) {
        return sessions.withSession(session -> row(session, tenant, idOrSlug))
                .map(row -> row.map(this::stored).or(() -> ofCalls(idOrSlug)));
    }

    /** @return the meter as it is now, or empty if the tenant has none of this id or slug */
    Uni<Optional<Stored>> change(
            String tenant, String idOrSlug, String name, String description, Map<String, String> groupBy) {
        return sessions.withTransaction(
                session -> row(session, tenant, idOrSlug).map(row -> {
                    row.ifPresent(meter -> {
                        meter.name = name;
                        meter.description = description;
                        meter.groupBy = write(groupBy);
                        meter.updatedAt = Instant.now();
                    });
                    return row.map(this::stored);
                }));
    }

    /** @return whether the tenant had a meter of this id or slug; its series stay */
    Uni<Boolean> delete(String tenant, String idOrSlug) {
        return sessions.withTransaction(
                session -> row(session, tenant, idOrSlug).map(row -> {
                    row.ifPresent(meter -> meter.deletedAt = Instant.now());
                    return row.isPresent();
                }));
    }

    private static Uni<Optional<MeterEntity>> row(Mutiny.Session session, String tenant, String idOrSlug) {
        return session.createQuery(
                        "from MeterEntity where tenant = :tenant and deletedAt is null and (id = :id or slug = :id)",
                        MeterEntity.class)
                .setParameter("tenant", tenant)
                .setParameter("id", idOrSlug)
                .getResultList()
                .map(rows -> rows.stream().findFirst());
    }

    private MeterEntity row(String tenant, String name, String description, Meter meter, MeterDraft draft) {
        var now = Instant.now();
        var row = new MeterEntity();
        row.id = MeterId.of(now, random);
        row.tenant = tenant;
        row.slug = meter.slug();
        row.name = name;
        row.description = description;
        row.aggregation = draft.aggregation();
        row.eventType = meter.eventType();
        row.valueProperty = draft.valueProperty();
        row.groupBy = write(draft.groupBy());
        row.windowSize = draft.windowSize();
        row.createdAt = now;
        row.updatedAt = now;
        return row;
    }

    private Stored stored(MeterEntity row) {
        var draft = new MeterDraft(
                row.slug, row.aggregation, row.eventType, row.valueProperty, read(row.groupBy), row.windowSize);
        return new Stored(row.id, row.name, row.description, draft, row.createdAt, row.updatedAt);
    }

    private static Optional<Stored> ofCalls(String slug) {
        return CallMeters.named(slug)
                .map(meter -> new Stored(
                        slug,
                        slug,
                        "Units of the gateway's calls",
                        new MeterDraft(slug, "SUM", meter.eventType(), "$." + slug, Map.of("model", "$.model")),
                        Instant.EPOCH,
                        Instant.EPOCH));
    }

    private static boolean slugTaken(Throwable e) {
        for (var cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConstraintViolationException violation) {
                return "meter_slug".equals(violation.getConstraintName());
            }
        }
        return false;
    }

    private String write(Map<String, String> groupBy) {
        try {
            return json.writeValueAsString(groupBy);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts are JSON", e);
        }
    }

    private Map<String, String> read(String groupBy) {
        try {
            return json.readValue(groupBy, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored meter is not readable", e);
        }
    }
}
