package io.tallystick.metering.meter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The meters that are in force, for those who count. */
@ApplicationScoped
public class MeterCatalogue {
    private final ObjectMapper json;

    MeterCatalogue(ObjectMapper json) {
        this.json = json;
    }

    /**
     * The tenants' own meters, as {@code client} sees them now: within a transaction, those committed when it asks.
     *
     * @return meters by tenant; none for a tenant without meters
     */
    public Uni<Map<String, List<Meter>>> of(SqlClient client, Collection<String> tenants) {
        return client.preparedQuery(
                        "select tenant, slug, aggregation, event_type, value_property, group_by, window_size "
                                + "from meter "
                                + "where deleted_at is null and tenant = any($1) order by slug")
                .execute(Tuple.tuple().addArrayOfString(tenants.toArray(String[]::new)))
                .map(this::byTenant);
    }

    /** As {@link #of}, for every tenant. */
    public Uni<Map<String, List<Meter>>> all(SqlClient client) {
        return client.preparedQuery(
                        "select tenant, slug, aggregation, event_type, value_property, group_by, window_size "
                                + "from meter "
                                + "where deleted_at is null order by slug")
                .execute()
                .map(this::byTenant);
    }

    private Map<String, List<Meter>> byTenant(Iterable<Row> rows) {
        var meters = new HashMap<String, List<Meter>>();
        rows.forEach(row -> meters.computeIfAbsent(row.getString("tenant"), _ -> new ArrayList<>())
                .add(meter(row)));
        return meters;
    }

    private Meter meter(Row row) {
        var draft = new MeterDraft(
                row.getString("slug"),
                row.getString("aggregation"),
                row.getString("event_type"),
                row.getString("value_property"),
                groupBy(row.getString("group_by")),
                row.getString("window_size"));
        return switch (draft.check()) {
            case MeterDraft.Valid(var meter) -> meter;
            case MeterDraft.Invalid(var flaws) ->
                throw new IllegalStateException("a stored meter is not valid: " + draft.slug() + " " + flaws);
        };
    }

    private Map<String, String> groupBy(String text) {
        try {
            return json.readValue(text, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored meter is not readable", e);
        }
    }
}
