package io.tallystick.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.metering.DatabaseBehindProxy.State;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with the database, a caller is told to come back, soon. One path asks it by SQL, one by Hibernate. */
@QuarkusTest
@WithTestResource(DatabaseBehindProxy.class)
class DatabaseAwayTest {
    private static final String READINGS = "/v1/readings?meter=tokens";
    private static final String METERS = "/api/v1/meters";

    private final MeteringClient client = MeteringClient.ofNewTenant();

    @ConfigProperty(name = "quarkus.datasource.jdbc.url")
    String url;

    @ConfigProperty(name = "quarkus.datasource.username")
    String user;

    @ConfigProperty(name = "quarkus.datasource.password")
    String password;

    @AfterEach
    void bringItBack() {
        DatabaseBehindProxy.is(State.ANSWERS);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            get(READINGS).statusCode(200);
            get(METERS).statusCode(200);
        });
    }

    @ParameterizedTest
    @CsvSource({READINGS + ", series", METERS + ", meter"})
    void saysThatAConnectionWasCutDuringAStatement(String path, String table) throws Exception {
        try (var holder = connection();
                var operator = connection()) {
            lock(holder, table);
            var answer = CompletableFuture.supplyAsync(() -> get(path));
            await().atMost(Duration.ofSeconds(5)).until(() -> cut(operator, table) > 0);

            unavailable(answer.get(20, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @CsvSource({READINGS + ", series", METERS + ", meter"})
    void givesUpAStatementThatTakesTooLong(String path, String table) throws Exception {
        try (var holder = connection()) {
            lock(holder, table);

            unavailable(get(path));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {READINGS, METERS})
    void isNotHeldByADatabaseThatHangs(String path) {
        DatabaseBehindProxy.is(State.DEAF);

        var before = System.nanoTime();
        get(path)
                .statusCode(503)
                .contentType("application/problem+json")
                .header("Retry-After", notNullValue())
                .body("type", endsWith("/problems/unavailable"));

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @ValueSource(strings = {READINGS, METERS})
    void saysThatTheDatabaseIsGone(String path) {
        DatabaseBehindProxy.is(State.GONE);

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> unavailable(get(path)));
    }

    /** Taking events in needs no database. */
    @Test
    void takesEventsInMeanwhile() {
        DatabaseBehindProxy.is(State.GONE);

        client.send(MeteringClient.prompt("e1", "c", java.time.Instant.now(), 1));
    }

    private ValidatableResponse get(String path) {
        return client.request().get(path).then();
    }

    private static void unavailable(ValidatableResponse answer) {
        answer.statusCode(503)
                .contentType("application/problem+json")
                .header("Retry-After", notNullValue())
                .body("type", endsWith("/problems/unavailable"))
                .body("detail", containsString("database"));
    }

    private Connection connection() throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }

    /** Until the connection is closed. */
    private static void lock(Connection holder, String table) throws SQLException {
        holder.setAutoCommit(false);
        try (var statement = holder.createStatement()) {
            statement.execute("lock table " + table + " in access exclusive mode");
        }
    }

    /** @return how many connections were cut that wait for the table */
    private static int cut(Connection operator, String table) throws SQLException {
        try (var statement =
                operator.prepareStatement("select count(*) from (select pg_terminate_backend(l.pid) from pg_locks l "
                        + "where l.relation = ?::regclass and not l.granted) as cut")) {
            statement.setString(1, table);
            try (var rows = statement.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }
}
