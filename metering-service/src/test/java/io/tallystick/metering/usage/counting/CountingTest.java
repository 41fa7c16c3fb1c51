package io.tallystick.metering.usage.counting;

import static io.tallystick.metering.MeteringClient.event;
import static io.tallystick.metering.MeteringClient.prompt;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From the wire to the totals, on a real database and broker: each event counts once. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class CountingTest {
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private static final Instant MIDNIGHT = NOW.truncatedTo(ChronoUnit.DAYS);

    private MeteringClient client;

    @Inject
    Retention retention;

    @Inject
    Pool pool;

    @BeforeEach
    void newTenant() {
        client = MeteringClient.ofNewTenant().withTokensMeter();
    }

    @Test
    void countsAnEventOnceAndByModel() {
        client.send(prompt("e1", "cust-1", NOW, 100), prompt("e2", "cust-1", NOW, 20));

        client.awaitTotal("tokens", "120/0");
        assertThat(client.readings("tokens").getFirst())
                .containsEntry("subject", "cust-1")
                .containsEntry("funding", "account")
                .containsEntry("dimensions", java.util.Map.of("model", "m1"));
    }

    @Test
    void countsOneEventOnceHoweverOftenAndWheneverItIsSent() throws Exception {
        var other = MeteringClient.ofNewTenant().withTokensMeter();
        var times = new Instant[] {MIDNIGHT.minusSeconds(1), MIDNIGHT, MIDNIGHT.minusSeconds(3_600), NOW, NOW};
        var sends = new ArrayList<Callable<Void>>();
        for (int i = 0; i < 40; i++) {
            var subject = i % 2 == 0 ? "cust-1" : "cust-2";
            var time = times[i % times.length];
            var sender = i == 20 ? other : client;
            sends.add(() -> {
                sender.send(prompt("e1", subject, time, 7));
                return null;
            });
        }
        // The memory turns while copies are under way: some are claimed before it, some after.
        sends.add(10, () -> turn());
        sends.add(25, () -> turn());

        try (var eight = Executors.newFixedThreadPool(8)) {
            for (var send : eight.invokeAll(sends)) {
                send.get();
            }
        }

        client.settle();
        other.settle();
        assertThat(client.total("tokens")).isEqualTo("7/0");
        assertThat(other.total("tokens")).isEqualTo("7/0");
        assertThat(count(
                        "select count(*) from event_claim c join usage_record r on r.day = c.day and r.id = c.record_id"
                                + " where r.tenant = $1 and r.type = 'prompt'"))
                .isEqualTo(1);
    }

    @Test
    void namesAnotherEventUnderATakenIdAConflict() {
        client.send(prompt("e1", "cust-1", NOW, 7));
        client.awaitTotal("tokens", "7/0");
        turn();

        client.send(prompt("e1", "cust-1", NOW.minusSeconds(60), 7), prompt("e1", "cust-1", NOW, 8));

        client.settle();
        assertThat(client.total("tokens")).isEqualTo("7/0");
        assertThat(client.deadLetters()).singleElement().satisfies(letter -> assertThat(letter)
                .containsEntry("reason", "conflict")
                .containsEntry("field", "/id")
                .containsEntry("eventId", "e1"));
    }

    @Test
    void takesBackWhatAVoidNamesBeforeOrAfterItCame() {
        client.askToVoid("svc", "late");
        client.settle();
        client.send(prompt("early", "cust-1", NOW, 5), prompt("late", "cust-2", NOW, 11), prompt("kept", "c", NOW, 1));
        client.awaitTotal("tokens", "17/11");
        turn();

        client.askToVoid("svc", "early");
        client.askToVoid("svc", "early");
        client.askToVoid("svc", "late");

        client.awaitTotal("tokens", "17/16");
        client.send(prompt("early", "cust-1", NOW, 5), prompt("late", "cust-2", NOW, 11));
        client.askToVoid("svc", "early");
        client.settle();
        assertThat(client.total("tokens")).isEqualTo("17/16");
    }

    @Test
    void takesBackAnEventOfTheSameBatchWhateverTheirOrder() {
        var voids = event("io.tallystick.void", "v1", "voids", NOW, "{\"source\":\"svc\",\"id\":\"e1\"}");
        var voidsNext = event("io.tallystick.void", "v2", "voids", NOW, "{\"source\":\"svc\",\"id\":\"e2\"}");

        client.send(voids, prompt("e1", "cust-1", NOW, 3), prompt("e2", "cust-1", NOW, 4), voidsNext);

        client.awaitTotal("tokens", "7/7");
    }

    @Test
    void doesNotTakeBackWhatIsAnotherTenants() {
        var other = MeteringClient.ofNewTenant();
        client.send(prompt("e1", "cust-1", NOW, 3));
        client.awaitTotal("tokens", "3/0");

        other.askToVoid("svc", "e1");

        other.settle();
        assertThat(client.total("tokens")).isEqualTo("3/0");
    }

    @Test
    void countsAnEventOnceAfterItsTransactionWasRolledBack() {
        execute(
                "create table if not exists refuse (tenant text)",
                "create or replace function refuse() returns trigger language plpgsql as $$ begin "
                        + "if exists (select from refuse where tenant = new.tenant) then "
                        + "raise exception 'refused by the test'; end if; return new; end $$",
                "create or replace trigger refuse before insert on usage_record for each row "
                        + "execute function refuse()",
                "insert into refuse values ('" + client.tenant() + "')");
        try {
            client.send(prompt("e1", "cust-1", NOW, 9));
            await(3);
            assertThat(client.total("tokens")).isEqualTo("0/0");
        } finally {
            execute("delete from refuse");
        }

        client.awaitTotal("tokens", "9/0");
        assertThat(client.deadLetters()).isEmpty();
    }

    @Test
    void putsAsideWhatTheDatabaseRefusesAndCountsTheRest() {
        execute(
                "create or replace function refuse_row() returns trigger language plpgsql as $$ begin "
                        + "if new.event_id = 'poison' then raise exception 'poison' using errcode = '22000'; "
                        + "end if; return new; end $$",
                "create or replace trigger refuse_row before insert on usage_record for each row "
                        + "execute function refuse_row()");

        client.send(
                prompt("e1", "cust-1", NOW, 1),
                prompt("poison", "cust-1", NOW, 1),
                prompt("e2", "cust-1", NOW, 1),
                prompt("e3", "cust-2", NOW, 1));

        client.awaitTotal("tokens", "3/0");
        assertThat(client.deadLetters()).singleElement().satisfies(letter -> assertThat(letter)
                .containsEntry("reason", "uncountable"));
    }

    @Test
    void treatsAnEventThatClaimsToBePaidAsAnyOther() {
        var claims = """
                {"specversion":"1.0","id":"e1","source":"svc","type":"prompt","subject":"cust-1",
                 "funding":"call","tsfunding":"call","hold":"h1",
                 "data":{"tokens":5,"model":"m1","funding":"call","payment":{"paid":true},"hold":"h1"}}""";

        client.post("application/cloudevents+json", claims).statusCode(202);

        client.awaitTotal("tokens", "5/0");
        assertThat(client.readings("tokens").getFirst()).containsEntry("funding", "account");
        assertThat(count("select count(*) from usage_record where tenant = $1 and hold_id <> ''"))
                .isZero();
    }

    private Void turn() {
        retention.turn(Duration.ZERO);
        return null;
    }

    private long count(String sql) {
        return pool.preparedQuery(sql)
                .execute(Tuple.of(client.tenant()))
                .await()
                .atMost(Duration.ofSeconds(10))
                .iterator()
                .next()
                .getLong(0);
    }

    private void execute(String... statements) {
        for (var statement : statements) {
            pool.query(statement).execute().await().atMost(Duration.ofSeconds(10));
        }
    }

    private static void await(int seconds) {
        org.awaitility.Awaitility.await()
                .pollDelay(Duration.ofSeconds(seconds))
                .atMost(Duration.ofSeconds(seconds + 5L))
                .until(() -> true);
    }
}
