package io.tallystick.metering.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The pages of dead letters, on a real database. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class DeadLettersTest {
    private final MeteringClient client = MeteringClient.ofNewTenant();

    @Inject
    Pool pool;

    @Test
    void pagesThroughAllOfThemOnce() {
        put(25, 10);

        var ids = new HashSet<String>();
        var page = page("limit=10");
        assertThat(page.getList("deadLetters.eventId")).hasSize(10).first().isEqualTo("e25");
        ids.addAll(page.getList("deadLetters.eventId"));
        page = page("limit=10&before=" + page.getLong("next"));
        ids.addAll(page.getList("deadLetters.eventId"));
        page = page("limit=5&before=" + page.getLong("next"));
        ids.addAll(page.getList("deadLetters.eventId"));

        assertThat(ids).hasSize(25);
        assertThat(page.getString("next")).isNull();
    }

    /** A thousand events of the largest size would be 64 MB. */
    @Test
    void boundsAPageByItsBytesToo() {
        put(100, 60_000);

        var page = page("limit=1000");

        List<String> first = page.getList("deadLetters.eventId");
        assertThat(first).hasSize(4 * 1024 * 1024 / 60_000);
        page = page("limit=1000&before=" + page.getLong("next"));
        assertThat(page.getList("deadLetters.eventId")).hasSize(100 - first.size());
        assertThat(page.getString("next")).isNull();
    }

    @Test
    void showsOneThatIsLargerThanAPage() {
        put(2, 5_000_000);

        var page = page("limit=10");

        assertThat(page.getList("deadLetters.eventId")).containsExactly("e2");
        page = page("limit=10&before=" + page.getLong("next"));
        assertThat(page.getList("deadLetters.eventId")).containsExactly("e1");
        assertThat(page.getString("next")).isNull();
    }

    private void put(int letters, int bytes) {
        pool.preparedQuery("""
                        insert into dead_letter (day, tenant, reason, field, detail, source, event_id, sent_by, partition,
                            kafka_offset, appended_at, event)
                        select current_date, $1, 'unusable', '', '', 'svc', 'e' || i, '', 0, i, now(),
                            convert_to(repeat('x', $3), 'UTF8')
                        from generate_series(1, $2) as i
                        """)
                .execute(Tuple.of(client.tenant(), letters, bytes))
                .await()
                .atMost(Duration.ofSeconds(20));
    }

    private JsonPath page(String query) {
        return client.request()
                .get("/v1/dead-letters?" + query)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
