package io.tallystick.billing.rating.account;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.rating.Period;
import io.tallystick.billing.rating.RateCard;
import io.tallystick.billing.rating.SeriesTotals;
import io.tallystick.events.MeterAdvanced;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * The highest totals seen of each series. Works in the caller's transaction; many rows are one statement, as a month of
 * an account is thousands of them.
 */
@ApplicationScoped
class MeteredSeries {
    private static final TypeReference<Map<String, String>> DIMENSIONS = new TypeReference<>() {};

    /** Sorted by key, so that two transactions meet on one row first and never lock crosswise. */
    private static final String KEEP = """
            insert into metered_series as kept (tenant, subject, hour, funding, meter, dimensions, added, voided)
            select tenant, subject, hour, funding, meter, dimensions, max(added), max(voided)
            from jsonb_to_recordset(cast(cast(:rows as text) as jsonb)) as row (tenant text, subject text, hour timestamptz,
                 funding text, meter text, dimensions jsonb, added numeric, voided numeric)
            group by tenant, subject, hour, funding, meter, dimensions
            order by tenant, subject, hour, funding, meter, dimensions
            on conflict (tenant, subject, hour, funding, meter, dimensions) do update
            set added = greatest(kept.added, excluded.added), voided = greatest(kept.voided, excluded.voided)
            """;

    /**
     * Sums the hours that one version of the card prices, so that what is read grows with the meters and models and not
     * with the hours.
     */
    private static final String OF_PERIOD = """
            select meter, cast(dimensions as text), min(hour), sum(added), sum(voided)
            from metered_series
            where tenant = :tenant and subject = :subject and funding = 'ACCOUNT' and hour >= :start and hour < :end
            group by meter, dimensions,
                width_bucket(hour, cast(string_to_array(:versions, ',') as timestamptz[]))
            order by meter, dimensions, min(hour)
            """;

    private static final String HOURS = """
            select distinct hour from metered_series
            where tenant = :tenant and subject = :subject and funding = 'ACCOUNT' and hour >= :start
            """;

    private final ObjectMapper json;

    MeteredSeries(ObjectMapper json) {
        this.json = json;
    }

    /** Keeps the higher of each total. An old or repeated message changes nothing. */
    Uni<Void> keep(Mutiny.Session session, List<MeterAdvanced> events) {
        return session.createNativeQuery(KEEP)
                .setParameter("rows", write(events.stream().map(Row::of).toList()))
                .executeUpdate()
                .replaceWithVoid();
    }

    /** An account's usage in a period, summed over the hours of each of the card's versions. */
    Uni<List<SeriesTotals>> of(Mutiny.Session session, AccountEntity.Key account, Period period, RateCard card) {
        var versions = card.versions().stream()
                .map(version -> version.effectiveFrom().toString())
                .toList();
        return session.createNativeQuery(OF_PERIOD, Object[].class)
                .setParameter("tenant", account.tenant())
                .setParameter("subject", account.subject())
                .setParameter("start", period.start())
                .setParameter("end", period.end())
                .setParameter("versions", String.join(",", versions))
                .getResultList()
                .map(rows -> rows.stream().map(this::totals).toList());
    }

    /** The hours from {@code start} on in which the account used anything. */
    Uni<List<Instant>> hours(Mutiny.Session session, AccountEntity.Key account, Instant start) {
        return session.createNativeQuery(HOURS, Instant.class)
                .setParameter("tenant", account.tenant())
                .setParameter("subject", account.subject())
                .setParameter("start", start)
                .getResultList();
    }

    private SeriesTotals totals(Object[] row) {
        return new SeriesTotals(
                (String) row[0],
                dimensions((String) row[1]),
                ((OffsetDateTime) row[2]).toInstant(),
                (BigDecimal) row[3],
                (BigDecimal) row[4]);
    }

    private Map<String, String> dimensions(String text) {
        try {
            return json.readValue(text, DIMENSIONS);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("not dimensions of a series", e);
        }
    }

    private String write(List<Row> rows) {
        try {
            return json.writeValueAsString(rows);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A series as {@link #KEEP} reads it. Totals are text: a JSON number may lose digits. */
    @RegisterForReflection
    record Row(
            String tenant,
            String subject,
            String hour,
            String funding,
            String meter,
            Map<String, String> dimensions,
            String added,
            String voided) {

        static Row of(MeterAdvanced event) {
            return new Row(
                    event.tenant(),
                    event.subject(),
                    event.hour().toString(),
                    event.funding().name(),
                    event.meter(),
                    event.dimensions(),
                    event.added().toPlainString(),
                    event.voided().toPlainString());
        }
    }
}
