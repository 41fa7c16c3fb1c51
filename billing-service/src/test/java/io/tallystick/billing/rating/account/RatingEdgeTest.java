package io.tallystick.billing.rating.account;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.billing.BillingStack;
import io.tallystick.billing.channel.Database;
import io.tallystick.events.ChargeAdvanced;
import io.tallystick.events.Envelope;
import io.tallystick.events.EventJson;
import io.tallystick.events.EventType;
import io.tallystick.events.Funding;
import io.tallystick.events.MeterAdvanced;
import io.tallystick.kit.access.TestIdentity;
import io.tallystick.kit.outbox.Topics;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** From a message on the broker to an account on the wire. What things cost is PeriodChargeTest's. */
@QuarkusTest
@WithTestResource(BillingStack.class)
class RatingEdgeTest {
    private static final String ASSET = "eip155:84532/erc20:0x036cbd53842c5426634e7929541ec2318f3dcf7e";
    private static final String PROVIDER = "did:key:z6MkProvider";

    private final String tenant = "t" + UUID.randomUUID().toString().substring(0, 8);
    private final Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS);

    @Inject
    Topics topics;

    @Inject
    Database database;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @Test
    void ratesWhatTheMetersSayHoweverOftenTheySayIt() {
        post(card(hour, "7", "2")).statusCode(201);

        send(advanced("cust-1", Funding.ACCOUNT, "10", "0"));
        send(advanced("cust-1", Funding.ACCOUNT, "15", "0"), advanced("cust-1", Funding.ACCOUNT, "10", "0"));

        awaitAccount("cust-1", "rated", "52");
        get("/v1/accounts/cust-1/charges")
                .statusCode(200)
                .body("charges.size()", equalTo(1))
                .body("charges[0].debited", equalTo("52"))
                .body("charges[0].adjustment", equalTo(false));
        get("/v1/accounts/cust-1/charges/lines")
                .body("total", equalTo("52"))
                .body("lines[0].quantity", equalTo("15"))
                .body("lines[0].cost", equalTo("105/2"));
        assertThat(lastCharge("cust-1").debited()).isEqualTo(BigInteger.valueOf(52));
    }

    @Test
    void givesBackWhatWasVoided() {
        post(card(hour, "1", "1")).statusCode(201);

        send(advanced("cust-2", Funding.ACCOUNT, "10", "0"));
        awaitAccount("cust-2", "rated", "10");
        send(advanced("cust-2", Funding.ACCOUNT, "10", "4"));

        awaitAccount("cust-2", "rated", "6");
        get("/v1/accounts/cust-2").body("debited", equalTo("10")).body("credited", equalTo("4"));
    }

    @Test
    void neverRatesWhatWasPaidAtTheCall() {
        post(card(hour, "1", "1")).statusCode(201);

        send(advanced("cust-3", Funding.CALL, "1000", "0"), advanced("cust-3", Funding.ACCOUNT, "3", "0"));

        awaitAccount("cust-3", "rated", "3");
    }

    @Test
    void ratesUsageThatCameBeforeItsPrice() {
        send(advanced("cust-4", Funding.ACCOUNT, "9", "0"));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> get("/v1/accounts/cust-4").statusCode(200).body("rated", equalTo("0")));

        post(card(hour, "2", "1")).statusCode(201);

        awaitAccount("cust-4", "rated", "18");
    }

    @Test
    void usageThatNoTokenCanPayIsNamedAndHoldsUpNobody() {
        post(card(hour, "9".repeat(37), "1")).statusCode(201);

        send(advanced("dear", Funding.ACCOUNT, "1000", "0"), advanced("cheap", Funding.ACCOUNT, "1", "0"));

        awaitAccount("cheap", "rated", "9".repeat(37));
        awaitAccount("dear", "fault", "cost-too-great");
        get("/v1/accounts/dear").body("rated", equalTo("0"));
        get("/v1/accounts/dear/charges/lines").statusCode(200).body("total", equalTo("9".repeat(37) + "000"));
        send(advanced("dear", Funding.ACCOUNT, "1000", "999"));
        awaitAccount("dear", "rated", "9".repeat(37));
        get("/v1/accounts/dear").body("fault", nullValue());
    }

    @Test
    void anAccountThatCannotBeRatedKeepsItsTotalsAndHoldsUpNobody() {
        post(card(hour, "1", "1")).statusCode(201);
        send(advanced("broken", Funding.ACCOUNT, "1", "0"));
        awaitAccount("broken", "rated", "1");
        period("broken", "PT0H");

        send(advanced("broken", Funding.ACCOUNT, "7", "0"), advanced("whole", Funding.ACCOUNT, "2", "0"));

        awaitAccount("whole", "rated", "2");
        awaitAccount("broken", "fault", "rating-failed");
        period("broken", "P1M");
        send(advanced("broken", Funding.ACCOUNT, "3", "0"));
        awaitAccount("broken", "rated", "7");
    }

    @Test
    void anAccountWhoseBooksFailHoldsUpNoOther() {
        post(card(hour, "1", "1")).statusCode(201);
        send(advanced("a-torn", Funding.ACCOUNT, "1", "0"));
        awaitAccount("a-torn", "rated", "1");
        execute("update account set asset = 'torn', debited = 2 where subject = 'a-torn' and tenant = '" + tenant
                + "'");

        send(advanced("b-whole", Funding.ACCOUNT, "5", "0"));

        awaitAccount("a-torn", "fault", "booking-failed");
        await().atMost(Duration.ofSeconds(60)).until(() -> booked("b-whole"), BigDecimal.valueOf(5)::equals);
        execute("delete from charge where subject = 'a-torn' and tenant = '" + tenant + "'");
        execute("delete from account where subject = 'a-torn' and tenant = '" + tenant + "'");
    }

    private void period(String subject, String period) {
        execute("update account set period = '%s' where tenant = '%s' and subject = '%s'"
                .formatted(period, tenant, subject));
    }

    private void execute(String sql) {
        database.inTransaction(session -> session.createNativeQuery(sql).executeUpdate())
                .await()
                .atMost(Duration.ofSeconds(20));
    }

    private BigDecimal booked(String subject) {
        return database.inTransaction(session -> session.createNativeQuery(
                                "select debited_booked from account where tenant = '%s' and subject = '%s'"
                                        .formatted(tenant, subject),
                                BigDecimal.class)
                        .getSingleResultOrNull())
                .await()
                .atMost(Duration.ofSeconds(20));
    }

    @Test
    void aVersionIsNeverChangedAndARetryIsAnsweredAlike() {
        post(card(hour, "1", "1")).statusCode(201);
        post(card(hour, "1", "1")).statusCode(201);

        post(card(hour, "2", "1")).statusCode(409).body("type", endsWith("/problems/rate-card-hour-taken"));
        post(card(hour.plus(2, ChronoUnit.HOURS), "2", "1")).statusCode(201);
        get("/v1/rate-cards").body("versions.size()", equalTo(2)).body("next", equalTo(""));
    }

    @Test
    void aCardThatMakesNoSenseIsAnsweredWithAProblem() {
        post(card(hour.plusSeconds(60), "1", "1"))
                .statusCode(400)
                .contentType("application/problem+json")
                .body("detail", org.hamcrest.Matchers.containsString("whole UTC hour"));
        post(card(hour, "-1", "1")).statusCode(400).body("errors[0].pointer", endsWith("/units"));
        post("{\"key\":").statusCode(400);
    }

    @Test
    void aClientReadsItsOwnAccountAndNoOther() {
        post(card(hour, "1", "1")).statusCode(201);
        send(advanced("did:key:zClient", Funding.ACCOUNT, "1", "0"), advanced("other", Funding.ACCOUNT, "1", "0"));
        awaitAccount("other", "rated", "1");
        awaitAccount("did:key:zClient", "rated", "1");

        var client = BillingStack.ownToken(tenant, "did:key:zClient", "billing:read");

        given().auth().oauth2(client).get("/v1/accounts/did:key:zClient").then().statusCode(200);
        given().auth().oauth2(client).get("/v1/accounts/other").then().statusCode(403);
    }

    @Test
    void aClientsApiKeyReadsItsOwnAccountAndWritesNoPrices() {
        var did = "did:key:zClient";
        given().auth()
                .oauth2(BillingStack.token(tenant, PROVIDER, "rates:write"))
                .contentType("application/json")
                .body("{\"rateCard\":\"standard\",\"limit\":\"500\"}")
                .put("/v1/accounts/" + did)
                .then()
                .statusCode(200);
        var key = BillingStack.ownApiKey(tenant, did, "billing:read");

        for (var header :
                Map.of("x-api-key", key, "Authorization", "Bearer " + key).entrySet()) {
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> given().header(header.getKey(), header.getValue())
                            .get("/v1/accounts/" + did)
                            .then()
                            .statusCode(200)
                            .body("limit", equalTo("500")));
        }
        given().header("x-api-key", key).get("/v1/accounts/other").then().statusCode(403);
        given().header("x-api-key", key)
                .contentType("application/json")
                .body(card(hour, "1", "1"))
                .post("/v1/rate-cards")
                .then()
                .statusCode(403)
                .body("type", endsWith("insufficient-scope"));
    }

    @Test
    void whoOnlyReadsBringsNoVoucher() {
        var voucher = "{\"cumulativeAmount\":\"1\",\"signature\":\"0x%s\"}".formatted("00".repeat(65));
        for (var scopes : List.of(new String[] {"billing:read"}, new String[] {"vouchers:write"})) {
            given().auth()
                    .oauth2(BillingStack.token(tenant, PROVIDER, scopes))
                    .contentType("application/json")
                    .body(voucher)
                    .put("/v1/channels/0x" + "00".repeat(32) + "/voucher")
                    .then()
                    .statusCode(403)
                    .body(
                            "type",
                            endsWith(scopes[0].endsWith(":read") ? "insufficient-scope" : "voucher-wrong-signer"));
        }
    }

    @Test
    void aClientReadsTheAccountsOfItsWallets() {
        var account = "eip155:84532:0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";
        var wallet = "did:pkh:" + account;
        post(card(hour, "1", "1")).statusCode(201);
        send(advanced(wallet, Funding.ACCOUNT, "1", "0"));
        awaitAccount(wallet, "rated", "1");
        var client = BillingStack.ownToken(tenant, "did:key:zClient", "billing:read");
        given().auth().oauth2(client).get("/v1/accounts/" + wallet).then().statusCode(403);

        var told = BillingStack.identity().link(tenant, "did:key:zClient", account);
        awaitStatus(client, wallet, 200);
        given().auth()
                .oauth2(client)
                .get("/v1/accounts/" + wallet + "/charges")
                .then()
                .statusCode(200);
        BillingStack.identity().unlink(tenant, "did:key:zClient", account);
        awaitStatus(client, wallet, 403);

        // An old event put back does not bring it back, nor does one without identity's key.
        BillingStack.identity().writeToWallets(told);
        BillingStack.identity().writeToWallets(TestIdentity.forgedLink(tenant, "did:key:zClient", account));
        var other = "eip155:84532:0x2b5ad5c4795c026514f8317c7a215e218dccd6cf";
        BillingStack.identity().link(tenant, "did:key:zClient", other);
        awaitStatus(client, "did:pkh:" + other, 404);
        given().auth().oauth2(client).get("/v1/accounts/" + wallet).then().statusCode(403);
    }

    private static void awaitStatus(String token, String subject, int status) {
        await().untilAsserted(() -> given().auth()
                .oauth2(token)
                .get("/v1/accounts/" + subject)
                .then()
                .statusCode(status));
    }

    @Test
    void termsOfAnAccountAreTheProvidersToSet() {
        var terms = "{\"rateCard\":\"standard\",\"limit\":\"500\"}";
        var token = BillingStack.token(tenant, PROVIDER, "rates:write");

        given().auth()
                .oauth2(token)
                .contentType("application/json")
                .body(terms)
                .put("/v1/accounts/cust-9")
                .then()
                .statusCode(200);

        get("/v1/accounts/cust-9").statusCode(200).body("limit", equalTo("500"));
    }

    private MeterAdvanced advanced(String subject, Funding funding, String added, String voided) {
        return new MeterAdvanced(
                tenant,
                subject,
                "requests",
                Map.of("model", "small"),
                hour,
                funding,
                new BigDecimal(added),
                new BigDecimal(voided));
    }

    private static String card(Instant from, String units, String per) {
        return """
                {"key":"standard","effectiveFrom":"%s","asset":"%s",
                 "prices":[{"meter":"requests","kind":"flat","units":"%s","per":"%s"}]}
                """.formatted(from, ASSET, units, per);
    }

    private ValidatableResponse post(String card) {
        return given().auth()
                .oauth2(BillingStack.token(tenant, PROVIDER, "rates:write"))
                .contentType("application/json")
                .body(card)
                .post("/v1/rate-cards")
                .then();
    }

    private ValidatableResponse get(String path) {
        return given().auth()
                .oauth2(BillingStack.token(tenant, PROVIDER, "billing:read"))
                .get(path)
                .then();
    }

    private void awaitAccount(String subject, String field, String value) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> get("/v1/accounts/" + subject).statusCode(200).body(field, equalTo(value)));
    }

    private void send(MeterAdvanced... events) {
        var topic = topics.name(EventType.METER_ADVANCED.topic());
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(), new ByteArraySerializer())) {
            for (var event : events) {
                var value = EventJson.write(new Envelope(UUID.randomUUID().toString(), "/test", Instant.now(), event));
                producer.send(new ProducerRecord<>(topic, event.key(), value)).get(30, TimeUnit.SECONDS);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private ChargeAdvanced lastCharge(String subject) {
        var settings = Map.<String, Object>of(
                "bootstrap.servers", bootstrapServers, "group.id", tenant, "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topics.name(EventType.CHARGE_ADVANCED.topic())));
            return await().atMost(Duration.ofSeconds(60))
                    .until(() -> last(consumer, subject), Optional::isPresent)
                    .orElseThrow();
        }
    }

    private Optional<ChargeAdvanced> last(KafkaConsumer<String, byte[]> consumer, String subject) {
        var found = Optional.<ChargeAdvanced>empty();
        for (var record : consumer.poll(Duration.ofMillis(500))) {
            if (EventJson.read(record.value()).data() instanceof ChargeAdvanced charge
                    && charge.tenant().equals(tenant)
                    && charge.subject().equals(subject)) {
                found = Optional.of(charge);
            }
        }
        return found;
    }
}
