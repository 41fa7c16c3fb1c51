package io.tallystick.metering.insight;

import static io.restassured.RestAssured.given;
import static io.tallystick.metering.MeteringClient.event;
import static io.tallystick.metering.insight.Told.USDC;
import static io.tallystick.metering.insight.Told.account;
import static io.tallystick.metering.insight.Told.captured;
import static io.tallystick.metering.insight.Told.used;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.SettlementChanged;
import io.tallystick.kit.access.TestIdentity;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.hamcrest.Matcher;
import org.junit.jupiter.api.Test;

/** Insight on the wire, from events on a real broker through a real database. How time is cut is WindowsTest's. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class InsightTest {
    private static final String ALL = "from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z";
    private static final Instant MONTH = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");

    private final MeteringClient client = MeteringClient.ofNewTenant();
    private final String tenant = client.tenant();

    @Inject
    Told told;

    @Inject
    Pool pool;

    @Test
    void answersUsageAsItWasCountedAndTakenBack() {
        var now = Instant.now().minus(1, ChronoUnit.MINUTES);
        client.withTokensMeter();
        client.send(
                event("prompt", "e1", "ada", now, "{\"tokens\":30,\"model\":\"m1\"}"),
                event("prompt", "e2", "ada", now, "{\"tokens\":0.5,\"model\":\"m2\"}"),
                event("prompt", "e3", "bob", now, "{\"tokens\":7,\"model\":\"m1\"}"));
        client.askToVoid("svc", "e3");
        client.awaitTotal("tokens", "37.5/7");

        until("usage?groupBy=model&groupBy=subject", "rows.meters.tokens", equalTo(List.of("30", "0.5")));
        get("usage?groupBy=subject").body("rows", hasSize(1)).body("rows[0].subject", is("ada"));
        get("usage?windowSize=WEEK&windowTimeZone=Europe/Paris").body("rows[0].meters.tokens", is("30.5"));
        csv("usage?groupBy=model").body(containsString(",,m2,,tokens,0.5\r\n"));
    }

    @Test
    void whateverTheOrderAndHoweverOftenTheTotalsAreTheSame() {
        var events = new ArrayList<DomainEvent>();
        var call = captured(tenant, "ada", "m1", 70, NOON);
        for (int times = 0; times < 3; times++) {
            events.addAll(List.of(
                    call,
                    captured(tenant, "ada", "m1", 0, NOON),
                    account(tenant, "ada", MONTH, 100, 0),
                    account(tenant, "ada", MONTH, 400, 10),
                    account(tenant, "ada", MONTH, 500, 90),
                    used(tenant, "ada", "output_text", "m1", NOON, "10", "0"),
                    used(tenant, "ada", "output_text", "m1", NOON, "25", "5"),
                    used(tenant, "ada", "output_text", "m1", NOON.plusSeconds(3600), "4", "0")));
        }
        Collections.shuffle(events, new Random(430));

        told.tell(events.toArray(DomainEvent[]::new));

        until("usage?" + ALL, "rows[0].buckets.output_text", is("24"));
        until("cost?" + ALL, "rows[0].amounts[0].chargedToAccounts", is("410"));
        get("cost?" + ALL + "&windowSize=MONTH&groupBy=subject")
                .body("rows", hasSize(1))
                .body("rows[0].windowStart", is("2026-03-01T00:00:00Z"))
                .body("rows[0].amounts[0].chargedToCalls", is("70"))
                .body("rows[0].amounts[0].charged", is("480"))
                .body("rows[0].amounts[0].calls", is("4"))
                .body("rows[0].amounts[0].pricePer1000Calls", is("17500"));
    }

    @Test
    void whatIsTakenBackLaterIsTakenBackAlone() {
        told.tell(account(tenant, "ada", MONTH, 100, 0), used(tenant, "ada", "output_text", "m1", NOON, "10", "0"));
        until("usage?" + ALL, "rows[0].buckets.output_text", is("10"));
        until("cost?" + ALL, "rows[0].amounts[0].charged", is("100"));

        told.tell(account(tenant, "ada", MONTH, 100, 40), used(tenant, "ada", "output_text", "m1", NOON, "10", "3"));

        until("usage?" + ALL, "rows[0].buckets.output_text", is("7"));
        until("cost?" + ALL, "rows[0].amounts[0].charged", is("60"));
    }

    /** Who can make billing say a thing twice, or puts an old record back on the topic, gains nothing. */
    @Test
    void aReplayedCaptureChargesNothingMore() {
        var call = captured(tenant, "ada", "m1", 70, NOON);
        told.tell(call, call);
        until("cost?" + ALL, "rows[0].amounts[0].charged", is("70"));

        told.tell(call, captured(tenant, "ada", "m1", 5, NOON));

        until("cost?" + ALL, "rows[0].amounts[0].charged", is("75"));
        get("cost?" + ALL).body("rows[0].amounts[0].calls", is("2"));
    }

    @Test
    void anUnknownCostIsUnknownAndNotZero() {
        told.tell(
                captured(tenant, "ada", "m1", 1000, NOON),
                used(tenant, "ada", "output_text", "m1", NOON, "30", "0"),
                used(tenant, "ada", "input_uncached", "m1", NOON, "10", "0"),
                used(tenant, "ada", "requests", "m1", NOON, "1", "0"));
        post(price("output_text", "m1", "2026-01-01T00:00:00Z", "4000", "1000")).statusCode(201);
        until("usage?" + ALL, "rows[0].buckets.input_uncached", is("10"));
        until("cost?" + ALL, "rows[0].amounts[0].knownCost", is("120"));

        get("cost?" + ALL)
                .body("rows[0].coverage", is("0.75"))
                .body("rows[0].unknown", equalTo(List.of("input_uncached of m1")))
                .body("rows[0].cost", nullValue())
                .body("rows[0].margin", nullValue());

        post(price("input_uncached", "", "2026-01-01T00:00:00Z", "5", "1")).statusCode(201);

        get("cost?" + ALL + "&groupBy=model")
                .body("rows[0].coverage", is("1"))
                .body("rows[0].unknown", is(empty()))
                .body("rows[0].cost", is("170"))
                .body("rows[0].margin", is("830"))
                .body("rows[0].marginShare", is("0.83"));
        csv("cost?" + ALL).body(containsString(USDC + ",1,1000,1000000,170,170,830,1\r\n"));
    }

    @Test
    void eachHourCostsWhatItsPriceSays() {
        told.tell(
                used(tenant, "ada", "output_text", "m1", NOON, "10", "0"),
                used(tenant, "ada", "output_text", "m1", NOON.plusSeconds(3600), "10", "0"),
                captured(tenant, "ada", "m1", 1000, NOON));
        post(price("output_text", "", "2026-01-01T00:00:00Z", "1", "1")).statusCode(201);
        // As if it had been posted before that hour.
        pool.preparedQuery("insert into cost_price values ($1, 'output_text', 'm1', $2, $3, 35, 10, now(), 'x')")
                .execute(Tuple.of(tenant)
                        .addOffsetDateTime(NOON.plusSeconds(3600).atOffset(ZoneOffset.UTC))
                        .addString(USDC))
                .await()
                .atMost(Duration.ofSeconds(10));

        until("cost?" + ALL, "rows[0].cost", is("45"));
    }

    /** A report that was given stays as it was. */
    @Test
    void aCostPriceCannotBeChangedAfterwards() {
        var first = price("output_text", "", "2026-01-01T00:00:00Z", "1", "1");
        post(first).statusCode(201);
        post(first).statusCode(201);

        post(price("output_text", "", "2026-01-01T00:00:00Z", "2", "1"))
                .statusCode(409)
                .body("type", endsWith("/problems/cost-price-exists"));
        post(price("output_text", "m1", "2026-02-01T00:00:00Z", "2", "1"))
                .statusCode(409)
                .body("type", endsWith("/problems/cost-price-exists"));
        post(price("output_text", "m1", "2090-02-01T00:00:00Z", "2", "1")).statusCode(201);
        post(price("Output", "", "2026-01-01T00:30:00Z", "-1", "3"))
                .statusCode(400)
                .body("type", endsWith("/problems/invalid-cost-price"))
                .body("errors.pointer", equalTo(List.of("/meter", "/units", "/per", "/effectiveFrom")));
        get("cost-prices").body("costPrices", hasSize(2)).body("costPrices[0].units", is("1"));
    }

    @Test
    void gasIsTheChainsOwnCoinUntilAPriceIsSet() {
        told.tell(settlement(true), settlement(false));
        until("cost?" + ALL, "settlements[0].transactions", is("2"));
        get("cost?" + ALL)
                .body("settlements[0].gasUsed", is("200000"))
                .body("settlements[0].feeWei", is("100000000000000"))
                .body("settlements[0].feesUnknown", is("1"))
                .body("settlements[0].cost", equalTo(Map.of()))
                .body("settlements[0].feesNotConverted", is("1"));

        // 2500 USDC for an ether.
        post(price("gas-wei", "eip155:84532", "2026-01-01T00:00:00Z", "2500000000", "1000000000000000000"))
                .statusCode(201);

        get("cost?" + ALL)
                .body("settlements[0].cost", equalTo(Map.of(USDC, "250000")))
                .body("settlements[0].feesNotConverted", is("0"));
    }

    @Test
    void aClientCannotReadWhatAnotherUsedOrPaid() {
        var did = TestIdentity.randomDid();
        told.tell(
                captured(tenant, did, "m1", 10, NOON),
                captured(tenant, "bob", "m1", 20, NOON),
                used(tenant, did, "output_text", "m1", NOON, "1", "0"),
                used(tenant, "bob", "output_text", "m1", NOON, "2", "0"));
        until("usage?" + ALL, "rows[0].buckets.output_text", is("3"));
        until("cost?" + ALL, "rows[0].amounts[0].charged", is("30"));
        var own = MeteringStack.client(tenant, did);

        get(own, "usage?" + ALL).statusCode(200).body("rows[0].buckets.output_text", is("1"));
        get(own, "usage?" + ALL + "&groupBy=subject").body("rows.subject", equalTo(List.of(did)));
        get(own, "cost?" + ALL).statusCode(200).body("rows[0].amounts[0].charged", is("10"));
        for (var question : List.of("usage", "cost")) {
            get(own, question + "?" + ALL + "&subject=bob")
                    .statusCode(403)
                    .body("type", endsWith("/problems/not-your-subject"));
            get(own, question + "?" + ALL + "&subject=").statusCode(403);
        }
    }

    @Test
    void aClientCannotSeeWhatItsProviderPaysAndEarns() {
        var did = TestIdentity.randomDid();
        told.tell(captured(tenant, did, "m1", 10, NOON), used(tenant, did, "output_text", "m1", NOON, "1", "0"));
        post(price("output_text", "", "2026-01-01T00:00:00Z", "4", "1")).statusCode(201);
        until("cost?" + ALL, "rows[0].margin", is("6"));
        var own = MeteringStack.client(tenant, did);

        get(own, "cost?" + ALL)
                .body("rows[0].amounts[0].charged", is("10"))
                .body("rows[0].amounts[0].knownCost", nullValue())
                .body("rows[0].cost", nullValue())
                .body("rows[0].margin", nullValue())
                .body("rows[0].coverage", nullValue())
                .body("settlements", nullValue());
        given().header("Authorization", "Bearer " + own)
                .accept("text/csv")
                .get("/v1/insight/cost?" + ALL)
                .then()
                .body(not(containsString("margin")));
        get(own, "cost-prices").statusCode(403);
        get(own, "retention").statusCode(403);
    }

    @Test
    void aTenantSeesNothingOfAnother() {
        told.tell(captured(tenant, "ada", "m1", 10, NOON), used(tenant, "ada", "output_text", "m1", NOON, "1", "0"));
        until("cost?" + ALL, "rows", hasSize(1));
        until("usage?" + ALL, "rows", hasSize(1));
        var other = MeteringStack.owner("t" + UUID.randomUUID().toString().substring(0, 8));

        get(other, "usage?" + ALL + "&subject=ada").body("rows", is(empty()));
        get(other, "cost?" + ALL).body("rows", is(empty()));
        get(other, "retention").body("asset", is(""));
    }

    @Test
    void aNameThatIsAFormulaIsNoneInCsv() {
        told.tell(used(tenant, "=HYPERLINK(\"http://x\")", "output_text", "m1", NOON, "1", "0"));
        until("usage?" + ALL, "rows", hasSize(1));

        csv("usage?" + ALL + "&groupBy=subject").body(containsString("\"'=HYPERLINK(\"\"http://x\"\")\""));
    }

    @Test
    void pagesThroughAllRowsOnceAndRefusesTooMuch() {
        told.tell(
                used(tenant, "ada", "output_text", "m1", NOON, "1", "0"),
                used(tenant, "ada", "output_text", "m2", NOON, "2", "0"),
                used(tenant, "bob", "output_text", "m1", NOON, "3", "0"));
        var question = "usage?" + ALL + "&groupBy=subject&groupBy=model&limit=2";
        until("usage?" + ALL, "rows[0].buckets.output_text", is("6"));

        String next = get(question).body("rows", hasSize(2)).extract().path("next");
        get(question + "&after=" + next)
                .body("rows.subject", equalTo(List.of("bob")))
                .body("next", nullValue());
        csv(question).header("Link", containsString("after=" + next));
        get("usage?" + ALL + "&groupBy=subject&windowSize=DAY")
                .statusCode(400)
                .body("type", endsWith("/problems/query-too-large"));
        get("usage?from=2026-01-01T00:30:00Z&groupBy=x&windowSize=YEAR&windowTimeZone=Mars&after=x")
                .statusCode(400)
                .body("type", endsWith("/problems/invalid-query"))
                .body("errors.pointer", hasItem("/windowTimeZone"));
        get("usage?limit=10001").statusCode(400);
    }

    private static Map<String, String> price(String meter, String model, String from, String units, String per) {
        return Map.of("meter", meter, "model", model, "effectiveFrom", from, "asset", USDC, "units", units, "per", per);
    }

    private SettlementChanged settlement(boolean saysThePrice) {
        return new SettlementChanged(
                tenant,
                UUID.randomUUID().toString(),
                "eip155:84532",
                SettlementChanged.State.FINAL,
                List.of(),
                USDC,
                BigInteger.TEN,
                100_000,
                NOON,
                saysThePrice ? BigInteger.valueOf(1_000_000_000) : BigInteger.ZERO);
    }

    private ValidatableResponse post(Map<String, String> price) {
        return client.request()
                .contentType("application/json")
                .body(price)
                .post("/v1/insight/cost-prices")
                .then();
    }

    private ValidatableResponse get(String question) {
        return client.request().get("/v1/insight/" + question).then();
    }

    private static ValidatableResponse get(String token, String question) {
        return given().header("Authorization", "Bearer " + token)
                .get("/v1/insight/" + question)
                .then();
    }

    private ValidatableResponse csv(String question) {
        return client.request()
                .accept("text/csv")
                .get("/v1/insight/" + question)
                .then()
                .statusCode(200);
    }

    private void until(String question, String path, Matcher<?> matcher) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> get(question).statusCode(200).body(path, matcher));
    }
}
