package io.tallystick.identity.did.ethr;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.Deactivated;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.InvalidOptions;
import io.tallystick.identity.did.Resolution.NotFound;
import io.tallystick.identity.did.Resolution.NotResolved;
import io.tallystick.identity.did.Resolution.ResolvedVersion;
import io.tallystick.identity.did.Resolution.TooManyRequests;
import io.tallystick.identity.did.ethr.EthrDids.Bounds;
import io.tallystick.identity.did.ethr.EthrDids.Way;
import io.tallystick.identity.did.ethr.registry.Account;
import io.tallystick.identity.did.ethr.registry.RegistryLog;
import io.tallystick.identity.did.foreign.FetchBudget;
import io.tallystick.identity.did.foreign.KeptAnswers;
import io.tallystick.identity.did.webvh.Json;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.VersionQuery;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class EthrDidsTest {
    private static final String ID = "f3beac30c498d9e26865f34fcaa57dbb935b0d74";
    private static final String DID = "did:ethr:0x14a34:0x" + ID;
    private static final String FRIEND = "1".repeat(40);
    private static final String OTHER = "2".repeat(40);
    private static final long LATER = FakeNode.START + 1_000_000;
    private static final VersionQuery NEWEST = new VersionQuery.Newest();

    private final FakeNode node = new FakeNode(new Account(ID));
    private final List<Way> ways = new ArrayList<>();
    private Node asked = node;
    private Instant now = Instant.ofEpochSecond(FakeNode.time(1000));
    private EthrDids dids = dids(100, Duration.ZERO, 16);

    private EthrDids dids(int perCaller, Duration age, int atOnce) {
        return new EthrDids(
                new Networks(Map.of("0x14a34", new TestNetwork("https://node.example/secret", node.registry.hex()))),
                (network, request, left) -> asked.ask(network, request, left),
                new FetchBudget(1000, perCaller),
                new KeptAnswers<>(1 << 22),
                new Bounds(Duration.ofSeconds(5), 512, atOnce, age, age),
                Runnable::run,
                () -> now,
                ways::add);
    }

    record TestNetwork(URI rpc, Optional<String> registry, Optional<Long> chainId) implements EthrConfig.NetworkConfig {
        TestNetwork(String rpc, String registry) {
            this(URI.create(rpc), Optional.of(registry), Optional.empty());
        }
    }

    private Resolution resolve(String did, VersionQuery wanted) {
        return dids.resolve(Did.parse(did), wanted, "192.0.2.1")
                .toCompletableFuture()
                .join();
    }

    private JsonObject document() {
        return ((ResolvedVersion) resolve(DID, NEWEST)).document();
    }

    private List<String> methods() {
        return names(document(), "verificationMethod");
    }

    private static List<String> names(JsonObject document, String member) {
        return document.get(member).map(JsonArray.class::cast).map(JsonArray::items).orElse(List.of()).stream()
                .map(item ->
                        item instanceof JsonObject object ? object.textOf("id").orElseThrow() : text(item))
                .map(id -> id.substring(id.indexOf('#')))
                .toList();
    }

    private static String text(Json json) {
        return ((JsonText) json).value();
    }

    private void isNotResolved(String detail) {
        assertThat(resolve(DID, NEWEST)).isInstanceOfSatisfying(NotResolved.class, failure -> {
            assertThat(failure.detail()).contains(detail).doesNotContain("secret");
            assertThat(failure.retryAfterSeconds()).isPositive();
        });
    }

    @Test
    void anAccountThatNeverChangedIsItsAddress() {
        assertThat(document().text()).isEqualTo("""
                        {"@context":["https://www.w3.org/ns/did/v1",\
                        "https://w3id.org/security/suites/secp256k1recovery-2020/v2"],\
                        "assertionMethod":["%1$s#controller"],"authentication":["%1$s#controller"],"id":"%1$s",\
                        "verificationMethod":[{"blockchainAccountId":\
                        "eip155:84532:0xF3beAC30C498D9E26865F34fCAa57dBB935b0D74","controller":"%1$s",\
                        "id":"%1$s#controller","type":"EcdsaSecp256k1RecoveryMethod2020"}]}""".formatted(DID));
        assertThat(node.asked).containsExactly("eth_chainId", "eth_call");
    }

    @Test
    void aPublicKeyIsListedWhileItIsItsOwnOwner() {
        // The generator of the group, whose account everyone knows.
        var key = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
        var account = new Account("7e5f4552091a69125d5dfcb7b8c2659029395bdf");
        var its = new FakeNode(account);
        asked = its;
        var did = "did:ethr:0x14a34:0x" + key;

        var document = ((ResolvedVersion) resolve(did, NEWEST)).document();
        assertThat(names(document, "authentication")).containsExactly("#controller", "#controllerKey");
        assertThat(document.text())
                .contains(
                        "eip155:84532:0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
                        "\"x\":\"eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g\","
                                + "\"y\":\"SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg\"",
                        "https://w3id.org/security/v2");

        its.owner(5, FRIEND);
        assertThat(names(((ResolvedVersion) resolve(did, NEWEST)).document(), "verificationMethod"))
                .containsExactly("#controller");
        its.owner(6, account.digits());
        assertThat(names(((ResolvedVersion) resolve(did, NEWEST)).document(), "verificationMethod"))
                .containsExactly("#controller", "#controllerKey");
    }

    /** The example of the method's text, step by step. */
    @Test
    void numbersAreNeverGivenTwice() {
        var first = "aa".repeat(32);
        node.attribute(1, "did/pub/Ed25519/veriKey", first, LATER)
                .attribute(2, "did/pub/Ed25519/veriKey", "bb".repeat(32), LATER)
                .delegate(3, "veriKey", FRIEND, FakeNode.time(2000))
                .attribute(4, "did/svc/HubService", FakeNode.bytes("https://hub.example"), LATER);
        assertThat(methods()).containsExactly("#controller", "#delegate-1", "#delegate-2", "#delegate-3");
        assertThat(names(document(), "service")).containsExactly("#service-1");

        node.attribute(5, "did/pub/Ed25519/veriKey", first, 0).delegate(6, "veriKey", OTHER, LATER);
        assertThat(methods()).containsExactly("#controller", "#delegate-2", "#delegate-3", "#delegate-5");

        now = Instant.ofEpochSecond(FakeNode.time(2000));
        assertThat(methods()).contains("#delegate-3");
        now = now.plusSeconds(1);
        assertThat(methods()).containsExactly("#controller", "#delegate-2", "#delegate-5");
    }

    @Test
    void whoMayAuthenticateMayAssertAndNotTheOtherWayRound() {
        node.delegate(1, "sigAuth", FRIEND, LATER)
                .delegate(1, "veriKey", OTHER, LATER)
                .delegate(1, "unheardOf", OTHER, LATER)
                .attribute(2, "did/pub/X25519/enc/base64", "cc".repeat(32), LATER);
        var document = document();
        assertThat(names(document, "authentication")).containsExactly("#controller", "#delegate-1");
        assertThat(names(document, "assertionMethod")).containsExactly("#controller", "#delegate-1", "#delegate-2");
        assertThat(names(document, "keyAgreement")).containsExactly("#delegate-4");
    }

    /** The values of the method's text, and what they become; the point of the first one is what another library says. */
    @Test
    void keysAreWrittenAsTheMethodSays() {
        var compressed = "02b97c30de767f084ce3080168ee293053ba33b235d7116a3263d29f1450936b71";
        node.attribute(1, "did/pub/Secp256k1/veriKey/hex", compressed, LATER)
                .attribute(
                        2,
                        "did/pub/Ed25519/veriKey",
                        "c642b35757cc36906fa75fa0338bf33e5210c5bce4769324801fd64276d69d07",
                        LATER)
                .attribute(
                        3,
                        "did/pub/X25519/enc",
                        "118557777ffb078774371a52b00fed75561dcf975e61c47553e664a617661052",
                        LATER)
                .attribute(4, "did/pub/Multikey/veriKey", "e701" + compressed, LATER)
                .attribute(5, "did/pub/Custom/veriKey/hex", compressed, LATER)
                .attribute(6, "did/pub/Custom/veriKey/base64", "0102", LATER)
                .attribute(7, "did/pub/Custom/veriKey/base58", "0102", LATER);
        assertThat(document().text())
                .contains(
                        "\"x\":\"uXww3nZ_CEzjCAFo7ikwU7ozsjXXEWoyY9KfFFCTa3E\"",
                        "\"y\":\"Eo3YCZAgmRvnzQFA2p1y7gwQrnu4abZgVJKO41t2OeQ\"",
                        "z6MksoBm2hUcoKLLHsUQ77iA5YXxwNskXJ9fs7V7z8edniop",
                        "z6LScra2Lg8mSU6TkMX1AKJSn6ApwneQkfXgJZpj48hCp3N1",
                        "zQ3shZtr1sUnrETvXPDa4gYSNE3gpJhdTkVmpYoWBuAiBsJ4G",
                        "\"publicKeyHex\":\"" + compressed + "\"",
                        "\"publicKeyBase64\":\"AQI=\"",
                        "\"publicKeyBase58\":\"5T\"",
                        "\"@context\":[\"https://www.w3.org/ns/did/v1\","
                                + "\"https://w3id.org/security/suites/secp256k1recovery-2020/v2\","
                                + "\"https://w3id.org/security/v2\","
                                + "\"https://w3id.org/security/suites/ed25519-2020/v1\","
                                + "\"https://w3id.org/security/suites/x25519-2020/v1\","
                                + "\"https://w3id.org/security/multikey/v1\",{");
    }

    @Test
    void aServiceIsATextOrAnObject() {
        node.attribute(1, "did/svc/Hub", FakeNode.bytes("https://hub.example"), LATER)
                .attribute(1, "did/svc/Hub", FakeNode.bytes("{\"uri\":\"https://hub.example\"}"), LATER)
                .attribute(1, "did/svc/Hub", FakeNode.bytes("12"), LATER)
                .attribute(1, "did/svc/Hub", "ff00", LATER);
        assertThat(document().get("service").orElseThrow().text())
                .contains(
                        "\"serviceEndpoint\":\"https://hub.example\"",
                        "\"serviceEndpoint\":{\"uri\":\"https://hub.example\"}",
                        "\"serviceEndpoint\":\"12\"")
                .doesNotContain("service-4");
    }

    @Test
    void eachVersionIsWhatItWas() {
        node.delegate(10, "veriKey", FRIEND, FakeNode.time(15)).owner(20, OTHER).delegate(30, "sigAuth", OTHER, LATER);

        var first = (ResolvedVersion) resolve(DID, new VersionQuery.ById("10"));
        assertThat(names(first.document(), "verificationMethod")).containsExactly("#controller", "#delegate-1");
        assertThat(first.metadata().text()).isEqualTo("""
                        {"nextUpdate":"2023-11-14T22:16:40Z","nextVersionId":"20",\
                        "updated":"2023-11-14T22:15:00Z","versionId":"10"}""");

        var between = (ResolvedVersion) resolve(DID, new VersionQuery.ById("16"));
        assertThat(names(between.document(), "verificationMethod")).containsExactly("#controller");
        assertThat(between.metadata()).isEqualTo(first.metadata());

        var before = (ResolvedVersion) resolve(DID, new VersionQuery.ById("9"));
        assertThat(before.metadata().textOf("versionId")).isEmpty();
        assertThat(before.metadata().textOf("nextVersionId")).contains("10");

        var newest = (ResolvedVersion) resolve(DID, NEWEST);
        assertThat(newest.metadata().textOf("versionId")).contains("30");
        assertThat(newest.document().text()).contains("0x" + OTHER).doesNotContain("nextVersionId");
    }

    @Test
    void aTimeIsFoundAmongManyVersionsWithoutAskingForEach() {
        for (int block = 1; block <= 400; block++) {
            node.delegate(block, "veriKey", FRIEND, LATER);
        }
        node.asked.clear();
        var found = (ResolvedVersion) resolve(
                DID,
                new VersionQuery.ByTime(
                        Instant.ofEpochSecond(FakeNode.time(123)).plusSeconds(9)));
        assertThat(found.metadata().textOf("versionId")).contains("123");
        assertThat(found.metadata().textOf("nextVersionId")).contains("124");
        assertThat(node.asked.stream().filter("eth_getBlockByNumber"::equals).count())
                .isLessThan(15);
    }

    @Test
    void versionsThatCannotBeAreRefused() {
        assertThat(resolve(DID, new VersionQuery.ById("1001"))).isInstanceOf(NotFound.class);
        for (var id : List.of("latest", "0x10", "-1", "01", "1".repeat(16))) {
            assertThat(resolve(DID, new VersionQuery.ById(id))).as(id).isInstanceOf(InvalidOptions.class);
        }
        assertThat(resolve(DID, new VersionQuery.ByNumber(1))).isInstanceOf(InvalidOptions.class);
    }

    @Test
    void whatIsNoDidIsAskedOfNobody() {
        for (var did : List.of(
                "did:ethr:0x1234",
                "did:ethr:0x14a34:" + ID,
                "did:ethr:0x14a34:0x" + ID + "0",
                "did:ethr:0x14a34:0x02" + "f".repeat(64),
                "did:ethr:0x14a34:0x04" + "1".repeat(64))) {
            assertThat(resolve(did, NEWEST)).as(did).isInstanceOf(InvalidDid.class);
        }
        assertThat(resolve("did:ethr:0x" + ID, NEWEST)).isInstanceOf(NotFound.class);
        assertThat(node.asked).isEmpty();
    }

    @Test
    void anAccountThatWasGivenUpIsNotRevived() {
        node.delegate(1, "sigAuth", FRIEND, LATER)
                .owner(2, FakeNode.NOBODY)
                .owner(3, FRIEND)
                .delegate(4, "sigAuth", OTHER, LATER);
        assertThat(resolve(DID, NEWEST)).isInstanceOfSatisfying(Deactivated.class, over -> {
            assertThat(over.document().orElseThrow().get("verificationMethod")).contains(new JsonArray(List.of()));
            assertThat(over.metadata().text())
                    .isEqualTo("{\"deactivated\":true,\"updated\":\"2023-11-14T22:13:40Z\",\"versionId\":\"2\"}");
        });
        assertThat(resolve(DID, new VersionQuery.ById("1"))).isInstanceOf(ResolvedVersion.class);
    }

    @Test
    void aKeyThatIsNoPointIsCountedAndLeftOut() {
        node.attribute(1, "did/pub/Secp256k1/veriKey", "02" + "f".repeat(64), LATER)
                .attribute(2, "did/pub/Multikey/veriKey", "ab".repeat(5000), LATER)
                .attribute(3, "did/pub/Ed25519/sigAuth", "aa".repeat(32), Long.MAX_VALUE);
        assertThat(methods()).containsExactly("#controller", "#delegate-3");
    }

    @Test
    void namesThatAreNoTextCountForNothingAndEndNoWalk() {
        node.delegate(1, "veriKey", FRIEND, LATER).attributeOfWord(2, "ff".repeat(32), "00", LATER);
        var newest = (ResolvedVersion) resolve(DID, NEWEST);
        assertThat(names(newest.document(), "verificationMethod")).containsExactly("#controller", "#delegate-1");
        assertThat(newest.metadata().textOf("versionId")).contains("1");
    }

    @Test
    void logsOfAnotherContractOrAccountAreNotBelieved() {
        node.delegate(1, "veriKey", FRIEND, LATER);
        var stolen = FakeNode.text("sigAuth") + FakeNode.word(OTHER) + FakeNode.word(LATER) + FakeNode.word(0);
        var lies = List.of(
                node.log(1, "0x" + OTHER, RegistryLog.DELEGATE_CHANGED, node.account.word(), stolen),
                node.log(1, node.registry.hex(), RegistryLog.DELEGATE_CHANGED, FakeNode.word(OTHER), stolen),
                node.log(1, node.registry.hex(), "0x" + "9".repeat(64), node.account.word(), stolen),
                node.log(2, node.registry.hex(), RegistryLog.DELEGATE_CHANGED, node.account.word(), stolen),
                node.log(1, node.registry.hex(), RegistryLog.DELEGATE_CHANGED, node.account.word(), stolen)
                        .replace("\"removed\":false", "\"removed\":true"));
        node.answers = (method, result) ->
                method.equals("eth_getLogs") ? "[" + String.join(",", lies) + "," + result.substring(1) : result;
        assertThat(names(document(), "authentication")).containsExactly("#controller");

        node.answers = (method, result) -> method.equals("eth_getLogs") ? "[" + String.join(",", lies) + "]" : result;
        isNotResolved("no log of block 1");
    }

    @Test
    void aCycleOfPreviousChangesEnds() {
        node.delegate(5, "veriKey", FRIEND, LATER);
        node.answers = (_, result) -> result.replace(FakeNode.word(0) + "\"", FakeNode.word(5) + "\"");
        assertThat(methods()).containsExactly("#controller", "#delegate-1");

        node.answers = (method, result) -> method.equals("eth_getLogs")
                ? result.replace(FakeNode.word(0) + "\"", FakeNode.word(6) + "\"")
                : result;
        isNotResolved("a later block");
    }

    @Test
    void aHistoryWithoutAnEndIsGivenUp() {
        for (int block = 1; block <= 513; block++) {
            node.delegate(block, "veriKey", FRIEND, LATER);
        }
        isNotResolved("more often than is read");
        assertThat(node.asked.stream().filter("eth_getLogs"::equals).count()).isEqualTo(512);
    }

    @Test
    void logsWithoutMeasureAreGivenUp() {
        for (int block = 1; block <= 6; block++) {
            node.attribute(block, "did/svc/Hub", "61".repeat(400_000), LATER);
        }
        isNotResolved("longer than is read");
    }

    @Test
    void aNodeThatAnswersAnythingIsNotBelieved() {
        node.delegate(1, "veriKey", FRIEND, LATER);
        var nonsense = List.of(
                "null",
                "true",
                "12",
                "\"\"",
                "\"0x\"",
                "\"0x" + "f".repeat(64) + "\"",
                "[]",
                "[[]]",
                "{}",
                "[{}]",
                "\"secret\"");
        for (var method : List.of("eth_chainId", "eth_call", "eth_getLogs", "eth_getBlockByNumber")) {
            for (var instead : nonsense) {
                node.answers = (called, result) -> called.equals(method) ? instead : result;
                assertThat(resolve(DID, NEWEST))
                        .as(method + " " + instead)
                        .isInstanceOfAny(NotResolved.class, NotFound.class);
            }
        }
        for (var text : List.of(
                "",
                "[]",
                "<html>",
                "{\"id\":1}",
                "{\"id\":2,\"result\":\"0x14a34\"}",
                "{\"id\":1,\"error\":{\"message\":\"secret\"}}")) {
            node.said = Optional.of(new Node.Said.Answer(text));
            isNotResolved("none of its answers");
        }
    }

    @Test
    void logsThatAreCutOffAreNotBelieved() {
        node.attribute(1, "did/svc/Hub", FakeNode.bytes("https://hub.example"), LATER);
        for (var broken : List.of(FakeNode.word(1 << 20), FakeNode.word("f".repeat(64)), FakeNode.word(129))) {
            node.answers = (method, result) ->
                    method.equals("eth_getLogs") ? result.replaceFirst(FakeNode.word(128), broken) : result;
            isNotResolved("none of its answers");
        }
    }

    @Test
    void aNodeOfAnotherChainIsNotBelieved() {
        node.answers = (method, result) -> method.equals("eth_chainId") ? "\"0x1\"" : result;
        isNotResolved("on another chain");
    }

    @Test
    void aNodeThatIsAwayIsAskedAgainLater() {
        node.said = Optional.of(new Node.Said.Silence("it does not answer, or not in time"));
        isNotResolved("it does not answer");
    }

    @Test
    void aNodeThatIsSlowIsNotWaitedForTwice() {
        for (int block = 1; block <= 100; block++) {
            node.delegate(block, "veriKey", FRIEND, LATER);
        }
        asked = (network, request, left) -> {
            assertThat(left).isLessThanOrEqualTo(Duration.ofSeconds(5));
            now = now.plusSeconds(1);
            return node.ask(network, request, left);
        };
        isNotResolved("in time");
        assertThat(node.asked).hasSize(5);
    }

    @Test
    void whatWasReadIsKeptForAWhileAndValidityIsNot() {
        dids = dids(2, Duration.ofSeconds(60), 16);
        node.delegate(1, "veriKey", FRIEND, FakeNode.time(1000) + 30);
        assertThat(methods()).hasSize(2);
        int requests = node.asked.size();

        now = now.plusSeconds(31);
        assertThat(methods()).containsExactly("#controller");
        assertThat(node.asked).hasSize(requests);
        assertThat(resolve(
                        DID.toUpperCase(java.util.Locale.ROOT).replace("DID:ETHR:0X14A34:0X", "did:ethr:0x14a34:0x"),
                        NEWEST))
                .isInstanceOf(ResolvedVersion.class);
        assertThat(ways).containsExactly(Way.READ, Way.KEPT, Way.KEPT);

        now = now.plusSeconds(30);
        document();
        assertThat(node.asked).hasSizeGreaterThan(requests);
    }

    @Test
    void aCallerWhoAsksTooOftenIsHeldBack() {
        dids = dids(2, Duration.ZERO, 16);
        document();
        document();
        assertThat(resolve(DID, NEWEST)).isInstanceOf(TooManyRequests.class);
        assertThat(ways).containsExactly(Way.READ, Way.READ, Way.LIMITED);
    }

    @Test
    void oneReadingIsForAllWhoWaitAndNotMoreAreUnderWayThanMayBe() {
        dids = dids(100, Duration.ZERO, 1);
        var gate = new CompletableFuture<Node.Said>();
        asked = (_, _, _) -> gate;
        CompletionStage<Resolution> first = dids.resolve(Did.parse(DID), NEWEST, "192.0.2.1");
        CompletionStage<Resolution> second = dids.resolve(Did.parse(DID), NEWEST, "192.0.2.2");
        assertThat(resolve(DID.replace("f3", "f4"), NEWEST)).isInstanceOf(TooManyRequests.class);

        gate.complete(new Node.Said.Silence("away"));
        assertThat(first.toCompletableFuture().join()).isInstanceOf(NotResolved.class);
        assertThat(second.toCompletableFuture().join()).isInstanceOf(NotResolved.class);
        assertThat(ways).containsExactly(Way.JOINED, Way.LIMITED, Way.FAILED);
        asked = node;
        assertThat(resolve(DID.replace("f3", "f4"), NEWEST)).isInstanceOf(ResolvedVersion.class);
    }
}
