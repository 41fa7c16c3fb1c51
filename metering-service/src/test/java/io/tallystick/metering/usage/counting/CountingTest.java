package io.tallystick.metering.usage.counting;

import static io.tallystick.metering.MeteringClient.event;
import static io.tallystick.metering.MeteringClient.prompt;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.common.annotation.Identifier;
import io.tallystick.events.CallMetered;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.EventJson;
import io.tallystick.events.EventType;
import io.tallystick.events.MeterAdvanced;
import io.tallystick.kit.outbox.Topics;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import io.tallystick.metering.usage.UsageEntry;
import io.tallystick.metering.usage.UsageLog;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From the wire to the totals, on a real database and broker: each event counts once. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class CountingTest {
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final Instant midnight = now.truncatedTo(ChronoUnit.DAYS);

    private MeteringClient client;

    @Inject
    Retention retention;

    @Inject
    Pool pool;

    @Inject
    UsageLog log;

    @Inject
    Topics topics;

    @Inject
    @Identifier("default-kafka-broker") Map<String, Object> kafka;

    @BeforeEach
    void newTenant() {
        client = MeteringClient.ofNewTenant().withTokensMeter();
    }

    @Test
    void countsAnEventOnceAndByModel() {
        client.send(prompt("e1", "cust-1", now, 100), prompt("e2", "cust-1", now, 20));

        client.awaitTotal("tokens", "120/0");
        assertThat(client.readings("tokens").getFirst())
                .containsEntry("subject", "cust-1")
                .containsEntry("funding", "account")
                .containsEntry("dimensions", java.util.Map.of("model", "m1"));
    }

    @Test
    void countsOneEventOnceHoweverOftenAndWheneverItIsSent() throws Exception {
        var other = MeteringClient.ofNewTenant().withTokensMeter();
        var times = new Instant[] {midnight.minusSeconds(1), midnight, midnight.minusSeconds(3_600), now, now};
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
        client.send(prompt("e1", "cust-1", now, 7));
        client.awaitTotal("tokens", "7/0");
        turn();

        client.send(prompt("e1", "cust-1", now.minusSeconds(60), 7), prompt("e1", "cust-1", now, 8));

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
        client.send(prompt("early", "cust-1", now, 5), prompt("late", "cust-2", now, 11), prompt("kept", "c", now, 1));
        client.awaitTotal("tokens", "17/11");
        turn();

        client.askToVoid("svc", "early");
        client.askToVoid("svc", "early");
        client.askToVoid("svc", "late");

        client.awaitTotal("tokens", "17/16");
        client.send(prompt("early", "cust-1", now, 5), prompt("late", "cust-2", now, 11));
        client.askToVoid("svc", "early");
        client.settle();
        assertThat(client.total("tokens")).isEqualTo("17/16");
    }

    @Test
    void takesBackAnEventOfTheSameBatchWhateverTheirOrder() {
        var voids = event("io.tallystick.void", "v1", "voids", now, "{\"source\":\"svc\",\"id\":\"e1\"}");
        var voidsNext = event("io.tallystick.void", "v2", "voids", now, "{\"source\":\"svc\",\"id\":\"e2\"}");

        client.send(voids, prompt("e1", "cust-1", now, 3), prompt("e2", "cust-1", now, 4), voidsNext);

        client.awaitTotal("tokens", "7/7");
    }

    @Test
    void doesNotTakeBackWhatIsAnotherTenants() {
        var other = MeteringClient.ofNewTenant();
        client.send(prompt("e1", "cust-1", now, 3));
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
            client.send(prompt("e1", "cust-1", now, 9));
            await(Duration.ofSeconds(3));
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
                prompt("e1", "cust-1", now, 1),
                prompt("poison", "cust-1", now, 1),
                prompt("e2", "cust-1", now, 1),
                prompt("e3", "cust-2", now, 1));

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

    /** Connections are cut at any point of a transaction, the commit too: nothing is lost and nothing counts twice. */
    @Test
    void countsEachEventOnceThoughConnectionsAreCut() throws Exception {
        var cutting = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 12; i++) {
                execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
                        + "and pid <> pg_backend_pid() and query like '%event_claim%'");
                await(Duration.ofMillis(250));
            }
        });
        var expected = 0;
        for (int batch = 0; batch < 20; batch++) {
            var events = new String[100];
            for (int i = 0; i < events.length; i++) {
                events[i] = prompt("e" + batch + "-" + i, "cust-" + i % 7, now, 1 + i);
                expected += 1 + i;
            }
            client.send(events);
            client.send(events);
        }
        cutting.join();

        client.awaitTotal("tokens", expected + "/0");
        client.settle();
        assertThat(client.total("tokens")).isEqualTo(expected + "/0");
        assertThat(client.deadLetters()).isEmpty();
    }

    @Test
    void tellsBillingOfACallAndOfItsSeries() {
        var hold = UUID.randomUUID().toString();
        var call = """
                {"specversion":"1.0","id":"%s","source":"/gateway/%s","type":"io.tallystick.call","subject":"did:key:zPayer",
                 "time":"%s","data":{"model":"m1","route":"/v1/embeddings","requests":1,"input_uncached":12,
                 "usage_source":"provider_final"}}""".formatted(hold, client.tenant(), now);

        log.append(UsageEntry.ofCall(
                        client.tenant(),
                        "did:key:zPayer",
                        hold,
                        "did:key:zGateway",
                        call.getBytes(StandardCharsets.UTF_8)))
                .toCompletableFuture()
                .join();

        client.awaitTotal("input_uncached", "12/0");
        assertThat(client.readings("input_uncached").getFirst()).containsEntry("funding", "call");
        var told = told(hold, client.tenant());
        assertThat(told)
                .filteredOn(CallMetered.class::isInstance)
                .singleElement()
                .isEqualTo(new CallMetered(
                        client.tenant(),
                        hold,
                        "did:key:zPayer",
                        "/v1/embeddings",
                        "m1",
                        Map.of("requests", BigInteger.ONE, "input_uncached", BigInteger.valueOf(12)),
                        "provider_final",
                        hold,
                        now));
        assertThat(told)
                .filteredOn(MeterAdvanced.class::isInstance)
                .extracting(event -> ((MeterAdvanced) event).meter())
                .containsExactlyInAnyOrder("requests", "input_uncached");
    }

    /** What the other services read of this call and tenant. */
    private List<DomainEvent> told(String hold, String tenant) {
        var told = new ArrayList<DomainEvent>();
        var settings = Map.<String, Object>of("bootstrap.servers", kafka.get("bootstrap.servers"));
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions = List.of(EventType.CALL_METERED, EventType.METER_ADVANCED).stream()
                    .flatMap(type -> consumer.partitionsFor(topics.name(type.topic())).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
                consumer.poll(Duration.ofMillis(500))
                        .forEach(read -> told.add(EventJson.read(read.value()).data()));
                told.removeIf(
                        event -> !event.key().contains(hold) && !event.key().startsWith(tenant + "/"));
                return told.size() >= 3;
            });
        }
        return told;
    }

    /** Old claims go only when everything appended since their memory ended has been read. */
    @Test
    void forgetsWhatIsOlderThanTheMemoryAndReadTo() {
        client.send(prompt("e1", "cust-1", now, 3));
        client.awaitTotal("tokens", "3/0");
        turn();
        var epoch = count("select max(epoch) - 1 from claim_epoch where $1 <> ''");

        retention.keep();
        assertThat(count("select count(*) from claim_epoch where epoch = " + epoch + " and $1 <> ''"))
                .isEqualTo(1);
        execute("update claim_epoch set opened_at = opened_at - interval '33 days', "
                + "closed_at = closed_at - interval '33 days' where epoch = " + epoch);
        // A partition that nobody reads here.
        execute("insert into consumer_offset (topic, partition, topic_id, next_offset, read_until) "
                + "select topic, 99, topic_id, 0, '-infinity' from consumer_offset where partition = 0");
        retention.keep();
        assertThat(count("select count(*) from claim_epoch where epoch = " + epoch + " and $1 <> ''"))
                .isEqualTo(1);
        // Of an earlier prefix: it is nobody's any more and holds nothing up.
        execute(
                "update consumer_offset set topic = 'earlier.' || topic where partition = 99",
                "update consumer_offset set read_until = now() where partition <> 99");
        retention.keep();
        assertThat(count("select count(*) from claim_epoch where epoch = " + epoch + " and $1 <> ''"))
                .isZero();
        assertThat(count("select count(*) from pg_class where relname = 'event_claim_" + epoch + "' and $1 <> ''"))
                .isZero();
    }

    /** A partition that never rests is read by one thread with partitions in which nothing happens. */
    @Test
    void saysThatAnIdlePartitionIsReadWhileAnotherIsBusy() throws Exception {
        client.send(prompt("first", "busy", now, 1));
        client.awaitTotal("tokens", "1/0");
        var busy = Thread.ofPlatform().start(() -> {
            for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                client.send(prompt("e" + i, "busy", now, 1));
            }
        });
        try {
            await(Duration.ofSeconds(2));
            execute("update consumer_offset set read_until = '-infinity' where partition <> 99");

            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> count("select count(*) from consumer_offset "
                                    + "where partition <> 99 and read_until < now() - interval '1 hour' and $1 <> ''")
                            == 0);
        } finally {
            busy.interrupt();
            busy.join();
        }
    }

    @Test
    void tellsWhoVoidsAnEventWhoseRecordIsNoLongerKept() {
        client.send(prompt("e1", "cust-1", now, 5));
        client.awaitTotal("tokens", "5/0");
        execute("delete from usage_record where tenant = '" + client.tenant() + "'");

        client.askToVoid("svc", "e1");

        client.settle();
        assertThat(client.total("tokens")).isEqualTo("5/0");
        assertThat(client.deadLetters()).singleElement().satisfies(letter -> assertThat(letter)
                .containsEntry("reason", "unmatched_void")
                .containsEntry("eventId", "e1"));
    }

    @Test
    void knowsARetryThoughAMeterCameThatCannotUseIt() {
        var retried = event("prompt", "e1", "cust-1", now, "{\"tokens\":5,\"model\":\"m1\",\"other\":\"many\"}");
        client.send(retried);
        client.awaitTotal("tokens", "5/0");
        client.withMeter("""
                {"slug":"others","aggregation":"SUM","eventType":"prompt","valueProperty":"$.other"}""");

        // On this path a value that cannot be used is found by whoever reads the log.
        client.request()
                .contentType("application/cloudevents+json")
                .body(retried)
                .post("/api/v1/events")
                .then()
                .statusCode(204);

        client.settle();
        assertThat(client.total("tokens")).isEqualTo("5/0");
        assertThat(client.deadLetters()).isEmpty();
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

    private static void await(Duration time) {
        org.awaitility.Awaitility.await()
                .pollDelay(time)
                .atMost(time.plusSeconds(5))
                .until(() -> true);
    }
}
