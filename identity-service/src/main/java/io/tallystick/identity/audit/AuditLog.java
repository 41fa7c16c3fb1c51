package io.tallystick.identity.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import org.hibernate.reactive.mutiny.Mutiny;

/** All tenants' audit logs. The database adds to them, when something is changed; nobody else does. */
@ApplicationScoped
class AuditLog {
    /** Entries whose hashes are computed anew in one look. */
    static final int CHECKED_AT_ONCE = 10_000;

    private static final String PAGE = """
            select cast(jsonb_strip_nulls(jsonb_build_object(
                'tenant', tenant, 'seq', seq, 'action', action, 'subject', subject, 'trace', trace,
                'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                'actor', jsonb_build_object('tenant', actor_tenant, 'did', actor_did, 'apiKey', actor_key),
                'before', before, 'after', after, 'previous', previous, 'hash', hash)) as text)
            from audit_entry
            where tenant = :tenant and seq > :after
              and (:action = '' or action = :action)
              and (:actor = '' or actor_did = :actor)
              and at >= :since and at < :until
            order by seq limit :limit
            """;

    /** Each entry must be what its hash says, follow the one before without a gap, and name its hash. */
    private static final String CHECK = """
            select cast(jsonb_build_object(
                'found', count(*),
                'broken', coalesce(min(seq) filter (where not ok), 0),
                'last', coalesce((select seq from audit_head where tenant = :tenant), 0),
                'head', coalesce((select hash from audit_head where tenant = :tenant), '')) as text)
            from (
                select e.seq,
                    e.seq = :after + row_number() over (order by e.seq)
                    and e.hash = audit_hash(e)
                    and e.previous = coalesce(
                        lag(e.hash) over (order by e.seq),
                        (select hash from audit_entry where tenant = :tenant and seq = :after),
                        '')
                    and (e.seq < (select seq from audit_head where tenant = :tenant)
                        or e.hash = (select hash from audit_head where tenant = :tenant)) as ok
                from audit_entry e where e.tenant = :tenant and e.seq > :after order by e.seq limit :limit
            ) links
            """;

    private final Mutiny.SessionFactory sessions;
    private final ObjectMapper json;

    AuditLog(Mutiny.SessionFactory sessions, ObjectMapper json) {
        this.sessions = sessions;
        this.json = json;
    }

    /**
     * Which entries are asked for.
     *
     * @param action empty for all
     * @param actor a DID; empty for all
     * @param since included
     * @param until not included
     */
    record Filter(String action, String actor, Instant since, Instant until) {}

    /** A tenant's entries after {@code after}, in their order. */
    Uni<List<AuditEntry>> page(String tenant, Filter filter, long after, int limit) {
        return sessions.withSession(session -> session.createNativeQuery(PAGE, String.class)
                        .setParameter("tenant", tenant)
                        .setParameter("after", after)
                        .setParameter("action", filter.action())
                        .setParameter("actor", filter.actor())
                        .setParameter("since", filter.since())
                        .setParameter("until", filter.until())
                        .setParameter("limit", limit)
                        .getResultList())
                .map(rows -> rows.stream().map(this::entry).toList());
    }

    Uni<AuditCheck> check(String tenant, long after) {
        return sessions.withSession(session -> session.createNativeQuery(CHECK, String.class)
                        .setParameter("tenant", tenant)
                        .setParameter("after", after)
                        .setParameter("limit", CHECKED_AT_ONCE)
                        .getSingleResult())
                .map(this::links)
                .map(seen ->
                        AuditCheck.of(after, seen.found(), CHECKED_AT_ONCE, seen.broken(), seen.last(), seen.head()));
    }

    @RegisterForReflection
    record Links(long found, long broken, long last, String head) {}

    private AuditEntry entry(String row) {
        try {
            return json.readValue(row, AuditEntry.class);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("an entry of the audit log is not readable", e);
        }
    }

    private Links links(String row) {
        try {
            return json.readValue(row, Links.class);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("the database did not answer as it was asked", e);
        }
    }
}
