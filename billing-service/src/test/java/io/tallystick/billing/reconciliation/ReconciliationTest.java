package io.tallystick.billing.reconciliation;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.BillingStack;
import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.channel.Voucher;
import io.tallystick.billing.channel.VoucherResult;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.events.Envelope;
import io.tallystick.events.EventJson;
import io.tallystick.events.EventType;
import io.tallystick.events.Funding;
import io.tallystick.events.MeterAdvanced;
import io.tallystick.kit.outbox.Topics;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** What an account owes, on its way to a channel and into the ledger, and what the books say of it. */
@QuarkusTest
@WithTestResource(BillingStack.class)
class ReconciliationTest {

    /** Above every block of the test's chain, so that no later look changes the channel. */
    private static final long BLOCK = 1_000_000_000L;

    private final String unique = UUID.randomUUID().toString().replace("-", "");
    private final String tenant = "t" + unique.substring(0, 8);
    /** Of its own, so that what other tests owe, which may be very much, is not in its sums. */
    private final Asset asset = Asset.parse("eip155:84532/erc20:0x" + (unique + unique).substring(0, 40));

    private final Address payer = Address.of("0x" + unique + "00000000");
    private final ChannelId id = new ChannelId("0x" + unique + unique);
    private final String subject = "did:pkh:eip155:84532:" + payer;

    @Inject
    Channels channels;

    @Inject
    Database database;

    @Inject
    Topics topics;

    /** Of its own: the service's outlives a service that is started again in the same JVM. */
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    private Stakes stakes;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @Test
    void chargesWhatIsOwedOnTheChannelAsFarAsItsVoucherAllows() {
        // Given
        postPrices();
        openChannel(1000, 30);

        // When
        use("50");

        // Then
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> get("/v1/accounts/" + subject)
                .body("rated", equalTo("50"))
                .body("charged", equalTo("30"))
                .body("receivable", equalTo("20")));
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            balance("receivable:" + subject, "50", "30");
            balance("channel:" + id, "30", "0");
            balance("revenue", "0", "50");
        });
        sign(80);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> get("/v1/accounts/" + subject).body("charged", equalTo("50")));
        assertThat(channel().charged().units()).isEqualTo(BigInteger.valueOf(50));
    }

    @Test
    void leavesWhatWasSignedForCallsAlone() {
        postPrices();
        openChannel(1000, 30);
        signForACall(500);
        // Whoever saw a call's voucher brings it again: no consent of the payer.
        sign(500);

        use("50");

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> get("/v1/accounts/" + subject)
                .body("rated", equalTo("50"))
                .body("charged", equalTo("30")));
        await().during(Duration.ofSeconds(7))
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> get("/v1/accounts/" + subject).body("charged", equalTo("30")));
        assertThat(channel().room().units()).isEqualTo(470);
    }

    @Test
    void aChannelWhoseBooksFailHoldsUpNoOther() {
        var other = new ChannelId("0x" + unique.substring(16) + unique.substring(0, 16) + unique);
        openChannel(1000, 30);
        openChannel(other, reading(BLOCK, 1000, 0));
        execute("insert into transfer values ('captured/%s/30', '%s', '%s', 'POSTED', 'a', 'b', 1, null, now())"
                .formatted(id, tenant, asset.id()));

        charge(id, 30);
        charge(other, 70);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> balance("channel:" + other, "70", "0"));
        execute("delete from channel where id = '" + id + "'");
    }

    private void charge(ChannelId channel, long units) {
        var signed = new Voucher(TokenAmount.of(asset, units), "0x" + "11".repeat(65));
        channels.accept(channel, signed, payer, Instant.now()).await().atMost(Duration.ofSeconds(30));
        channels.change(channel, Instant.now(), open -> open.allocate(TokenAmount.of(asset, units)))
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    @Test
    void marksTheLinesThatAreEqualAndTheOneThatIsNot() {
        // Given
        postPrices();
        openChannel(1000, 30);
        use("50");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> get("/v1/ledger/balances").body("balances.size()", equalTo(3)));

        // When
        var answer = get("/v1/reconciliation");

        // Then
        for (var name : new String[] {"calls", "rated", "charged", "claimed", "claimed at the newest block"}) {
            answer.body("lines.find { it.name == '" + name + "' }.equal", equalTo(true));
        }
        answer.body("lines.find { it.name == 'charged' }.sides.amount", equalTo(java.util.List.of("30", "30", "30")))
                // The test's channel was never opened on the chain, and the contract says so.
                .body("lines.find { it.name == 'balance at the newest block' }.equal", equalTo(false))
                .body("rules.findAll { !it.holds }.size()", equalTo(0))
                .body("equal", equalTo(false));
    }

    @Test
    void whatWasClaimedBeforeWeKnewAChannelIsInNoBooks() {
        // Given
        postPrices();
        openChannel(1000, 250, 280);

        // When
        use("50");
        channels.finalized(id, reading(BLOCK, 1000, 250), Instant.now()).await().atMost(Duration.ofSeconds(30));

        // Then
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> balance("channel:" + id, "30", "0"));
        var answer = get("/v1/reconciliation");
        answer.body("lines.find { it.name == 'charged' }.sides.amount", equalTo(java.util.List.of("30", "30", "30")))
                .body("lines.find { it.name == 'claimed' }.sides.amount", equalTo(java.util.List.of("0", "0", "0")))
                .body("rules.findAll { !it.holds }.size()", equalTo(0));
    }

    @Test
    void followsAChannelThatWasChargedAndClaimedBetweenTwoLooks() {
        openChannel(1000, 250, 280);

        channels.change(id, Instant.now(), channel -> channel.allocate(TokenAmount.of(asset, 30))
                        .seen(reading(BLOCK, 1000, 270)))
                .await()
                .atMost(Duration.ofSeconds(30));

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> get("/v1/ledger/balances")
                .body("balances.find { it.account == 'channel:" + id + "' }.debitsPosted", equalTo("30"))
                .body("balances.find { it.account == 'channel:" + id + "' }.creditsPending", equalTo("20")));
    }

    @Test
    void namesTheFirstRowThatBreaksARule() {
        postPrices();
        openChannel(1000, 30);
        use("50");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> get("/v1/accounts/" + subject).body("charged", equalTo("30")));

        execute("update charge set debited = debited + 1 where tenant = '" + tenant + "'");

        get("/v1/reconciliation")
                .body("rules.find { it.name == 'account-is-its-charges' }.brokenBy", equalTo(subject))
                .body("equal", equalTo(false));
        execute("update charge set debited = debited - 1 where tenant = '" + tenant + "'");
    }

    @Test
    void showsWhatIsAtStakeByAsset() {
        postPrices();
        look();
        var owed = units("receivable");
        var exposed = units("exposure");
        var uncovered = units("shortfall");

        use("50");
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            look();
            assertThat(units("receivable") - owed).isEqualTo(50);
        });
        openChannel(1000, 20);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            look();
            assertThat(units("exposure") - exposed).isEqualTo(20);
            assertThat(units("receivable") - owed).isEqualTo(30);
        });
        execute("update channel set deposited_pending = 5, deposited_final = 5 where id = '" + id.hex() + "'");
        look();

        assertThat(units("shortfall") - uncovered).isEqualTo(15);
        execute("update channel set exposed_since = now() - interval '1 hour' where id = '" + id.hex() + "'");
        look();
        assertThat(gauge("tallystick.exposure.age.seconds")).isGreaterThanOrEqualTo(3_600);
    }

    @Test
    void showsCallsThatAreUnderWayAndSinceWhen() {
        look();
        var before = gauge("tallystick.holds.open");

        execute("insert into hold (id, call_id, tenant, payer, scheme, payment_hash, request_digest, resource_url,"
                + " description, mime_type, method, route, model, asset, maximum, priced_at, deposit, pay_to, payment,"
                + " state, state_at, expires_at) values (gen_random_uuid(), gen_random_uuid(), '" + tenant
                + "', '', 'exact', '" + id.hex() + "', '', '', '', '', 'POST', '', '', '" + asset.id()
                + "', 1, now(), '', '', '', 'open', now() - interval '5 minutes', now() + interval '1 hour')");
        look();

        assertThat(gauge("tallystick.holds.open") - before).isEqualTo(1);
        assertThat(gauge("tallystick.holds.oldest.seconds")).isGreaterThanOrEqualTo(300);
        execute("delete from hold where tenant = '" + tenant + "'");
    }

    private double gauge(String name) {
        return metrics.get(name).gauge().value();
    }

    private void look() {
        stakes().look().await().atMost(Duration.ofSeconds(30));
    }

    private Stakes stakes() {
        if (stakes == null) {
            stakes = new Stakes(database, metrics);
        }
        return stakes;
    }

    private double units(String stake) {
        var gauge = metrics.find("tallystick." + stake + ".units")
                .tag("asset", asset.id())
                .gauge();
        return gauge == null ? 0 : gauge.value();
    }

    @Test
    void aTransferIsNeverChanged() {
        postPrices();
        openChannel(1000, 30);
        use("50");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> get("/v1/ledger/balances").body("balances.size()", equalTo(3)));

        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> execute("update transfer set units = units + 1 where tenant = '" + tenant + "'")))
                .hasStackTraceContaining("written once");
    }

    private void postPrices() {
        given().auth()
                .oauth2(BillingStack.token(tenant, "did:key:zProvider", "rates:write"))
                .contentType("application/json")
                .body("""
                        {"key":"standard","effectiveFrom":"%s","asset":"%s",
                         "prices":[{"meter":"jobs","kind":"flat","units":"1"}]}
                        """.formatted(Instant.now().truncatedTo(ChronoUnit.HOURS), asset.id()))
                .post("/v1/rate-cards")
                .then()
                .statusCode(201);
    }

    private static ChannelReading reading(long block, long balance, long claimed) {
        return new ChannelReading(block, BigInteger.valueOf(balance), BigInteger.valueOf(claimed), 0, BigInteger.ZERO);
    }

    private void openChannel(long balance, long ceiling) {
        openChannel(balance, 0, ceiling);
    }

    private void openChannel(long balance, long claimed, long ceiling) {
        openChannel(id, reading(BLOCK, balance, claimed));
        sign(ceiling);
    }

    private void openChannel(ChannelId channel, ChannelReading reading) {
        var config = new ChannelConfig(payer, payer, payer, payer, asset.contract(), 900, channel.hex());
        channels.open(Channel.opened(channel, tenant, config, asset, reading), Instant.now())
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    /** As {@code PUT /v1/channels/{id}/voucher} does. */
    private void sign(long ceiling) {
        var voucher = new Voucher(TokenAmount.of(asset, ceiling), "0x" + "11".repeat(65));
        channels.accept(id, voucher, payer, Instant.now()).await().atMost(Duration.ofSeconds(30));
    }

    private void signForACall(long ceiling) {
        var voucher = new Voucher(TokenAmount.of(asset, ceiling), "0x" + "11".repeat(65));
        channels.change(id, Instant.now(), channel -> ((VoucherResult.Accepted) channel.accept(voucher, payer))
                        .channel())
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    private Channel channel() {
        return channels.find(id)
                .await()
                .atMost(Duration.ofSeconds(30))
                .orElseThrow()
                .channel();
    }

    private void use(String jobs) {
        var event = new MeterAdvanced(
                tenant,
                subject,
                "jobs",
                Map.of(),
                Instant.now().truncatedTo(ChronoUnit.HOURS),
                Funding.ACCOUNT,
                new BigDecimal(jobs),
                BigDecimal.ZERO);
        var value = EventJson.write(new Envelope(UUID.randomUUID().toString(), "/test", Instant.now(), event));
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topics.name(EventType.METER_ADVANCED.topic()), event.key(), value))
                    .get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void balance(String account, String debits, String credits) {
        var found = "balances.find { it.account == '" + account + "' }.";
        get("/v1/ledger/balances")
                .body(found + "debitsPosted", equalTo(debits))
                .body(found + "creditsPosted", equalTo(credits));
    }

    private void execute(String statement) {
        database.inTransaction(session -> session.createNativeQuery(statement)
                        .executeUpdate()
                        .chain(rows -> Uni.createFrom().item(rows)))
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    private ValidatableResponse get(String path) {
        return given().auth()
                .oauth2(BillingStack.token(tenant, "did:key:zProvider", "billing:read"))
                .get(path)
                .then()
                .statusCode(200);
    }
}
