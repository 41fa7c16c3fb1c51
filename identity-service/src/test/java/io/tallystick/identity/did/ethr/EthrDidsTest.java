package io.tallystick.identity.did.ethr;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.InvalidOptions;
import io.tallystick.identity.did.Resolution.NotFound;
import io.tallystick.identity.did.Resolution.NotResolved;
import io.tallystick.identity.did.Resolution.ResolvedVersion;
import io.tallystick.identity.did.Resolution.TooManyRequests;
import io.tallystick.identity.did.ethr.EthrDids.Way;
import io.tallystick.identity.did.ethr.registry.RegistryLog;
import io.tallystick.identity.did.webvh.VersionQuery;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What is asked of a node, and what of its answers is believed. */
class EthrDidsTest {
    private final Scene scene = new Scene();
    private final FakeNode node = scene.node;

    @Test
    void versionsThatCannotBeAreRefused() {
        assertThat(scene.resolve(Scene.DID, new VersionQuery.ById("1001"))).isInstanceOf(NotFound.class);
        for (var id : List.of("latest", "0x10", "-1", "01", "1".repeat(16))) {
            assertThat(scene.resolve(Scene.DID, new VersionQuery.ById(id)))
                    .as(id)
                    .isInstanceOf(InvalidOptions.class);
        }
        assertThat(scene.resolve(Scene.DID, new VersionQuery.ByNumber(1))).isInstanceOf(InvalidOptions.class);
    }

    @Test
    void whatIsNoDidIsAskedOfNobody() {
        for (var did : List.of(
                "did:ethr:0x1234",
                "did:ethr:0x14a34:" + Scene.ID,
                "did:ethr:0x14a34:0x" + Scene.ID + "0",
                "did:ethr:0x14a34:0x02" + "f".repeat(64),
                "did:ethr:0x14a34:0x04" + "1".repeat(64))) {
            assertThat(scene.resolve(did, Scene.NEWEST)).as(did).isInstanceOf(InvalidDid.class);
        }
        assertThat(scene.resolve("did:ethr:0x" + Scene.ID, Scene.NEWEST)).isInstanceOf(NotFound.class);
        assertThat(node.asked).isEmpty();
    }

    @Test
    void logsOfAnotherContractOrAccountAreNotBelieved() {
        node.delegate(1, "veriKey", Scene.FRIEND, Scene.LATER);
        var stolen =
                FakeNode.text("sigAuth") + FakeNode.word(Scene.OTHER) + FakeNode.word(Scene.LATER) + FakeNode.word(0);
        var lies = List.of(
                node.log(1, "0x" + Scene.OTHER, RegistryLog.DELEGATE_CHANGED, node.account.word(), stolen),
                node.log(1, node.registry.hex(), RegistryLog.DELEGATE_CHANGED, FakeNode.word(Scene.OTHER), stolen),
                node.log(1, node.registry.hex(), "0x" + "9".repeat(64), node.account.word(), stolen),
                node.log(2, node.registry.hex(), RegistryLog.DELEGATE_CHANGED, node.account.word(), stolen),
                node.log(1, node.registry.hex(), RegistryLog.DELEGATE_CHANGED, node.account.word(), stolen)
                        .replace("\"removed\":false", "\"removed\":true"));
        node.answers = (method, result) ->
                method.equals("eth_getLogs") ? "[" + String.join(",", lies) + "," + result.substring(1) : result;
        assertThat(Scene.names(scene.document(), "authentication")).containsExactly("#controller");

        node.answers = (method, result) -> method.equals("eth_getLogs") ? "[" + String.join(",", lies) + "]" : result;
        scene.isNotResolved("no log of block 1");
    }

    @Test
    void aCycleOfPreviousChangesEnds() {
        node.delegate(5, "veriKey", Scene.FRIEND, Scene.LATER);
        node.answers = (_, result) -> result.replace(FakeNode.word(0) + "\"", FakeNode.word(5) + "\"");
        assertThat(scene.methods()).containsExactly("#controller", "#delegate-1");

        node.answers = (method, result) -> method.equals("eth_getLogs")
                ? result.replace(FakeNode.word(0) + "\"", FakeNode.word(6) + "\"")
                : result;
        scene.isNotResolved("a later block");
    }

    @Test
    void aHistoryWithoutAnEndIsGivenUp() {
        for (int block = 1; block <= 513; block++) {
            node.delegate(block, "veriKey", Scene.FRIEND, Scene.LATER);
        }
        scene.isNotResolved("more often than is read");
        assertThat(node.asked.stream().filter("eth_getLogs"::equals).count()).isEqualTo(512);
    }

    @Test
    void logsWithoutMeasureAreGivenUp() {
        for (int block = 1; block <= 6; block++) {
            node.attribute(block, "did/svc/Hub", "61".repeat(400_000), Scene.LATER);
        }
        scene.isNotResolved("longer than is read");
    }

    @Test
    void aNodeThatAnswersAnythingIsNotBelieved() {
        node.delegate(1, "veriKey", Scene.FRIEND, Scene.LATER);
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
                assertThat(scene.resolve(Scene.DID, Scene.NEWEST))
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
            scene.isNotResolved("none of its answers");
        }
    }

    @Test
    void logsThatAreCutOffAreNotBelieved() {
        node.attribute(1, "did/svc/Hub", FakeNode.bytes("https://hub.example"), Scene.LATER);
        for (var broken : List.of(FakeNode.word(1 << 20), FakeNode.word("f".repeat(64)), FakeNode.word(129))) {
            node.answers = (method, result) ->
                    method.equals("eth_getLogs") ? result.replaceFirst(FakeNode.word(128), broken) : result;
            scene.isNotResolved("none of its answers");
        }
    }

    @Test
    void aNodeOfAnotherChainIsNotBelieved() {
        node.answers = (method, result) -> method.equals("eth_chainId") ? "\"0x1\"" : result;
        scene.isNotResolved("on another chain");
    }

    @Test
    void aNodeThatIsAwayIsAskedAgainLater() {
        node.said = Optional.of(new Node.Said.Silence("it does not answer, or not in time"));
        scene.isNotResolved("it does not answer");
    }

    @Test
    void aNodeThatIsSlowIsNotWaitedForTwice() {
        for (int block = 1; block <= 100; block++) {
            node.delegate(block, "veriKey", Scene.FRIEND, Scene.LATER);
        }
        scene.asked = (network, request, left) -> {
            assertThat(left).isLessThanOrEqualTo(Duration.ofSeconds(5));
            scene.now = scene.now.plusSeconds(1);
            return node.ask(network, request, left);
        };
        scene.isNotResolved("in time");
        assertThat(node.asked).hasSize(5);
    }

    @Test
    void whatWasReadIsKeptForAWhileAndValidityIsNot() {
        scene.dids = scene.dids(2, Duration.ofSeconds(60), 16);
        node.delegate(1, "veriKey", Scene.FRIEND, FakeNode.time(1000) + 30);
        assertThat(scene.methods()).hasSize(2);
        int requests = node.asked.size();

        scene.now = scene.now.plusSeconds(31);
        assertThat(scene.methods()).containsExactly("#controller");
        assertThat(node.asked).hasSize(requests);
        assertThat(scene.resolve(
                        Scene.DID.toUpperCase(Locale.ROOT).replace("DID:ETHR:0X14A34:0X", "did:ethr:0x14a34:0x"),
                        Scene.NEWEST))
                .isInstanceOf(ResolvedVersion.class);
        assertThat(scene.ways).containsExactly(Way.READ, Way.KEPT, Way.KEPT);

        scene.now = scene.now.plusSeconds(30);
        scene.document();
        assertThat(node.asked).hasSizeGreaterThan(requests);
    }

    @Test
    void aCallerWhoAsksTooOftenIsHeldBack() {
        scene.dids = scene.dids(2, Duration.ZERO, 16);
        scene.document();
        scene.document();
        assertThat(scene.resolve(Scene.DID, Scene.NEWEST)).isInstanceOf(TooManyRequests.class);
        assertThat(scene.ways).containsExactly(Way.READ, Way.READ, Way.LIMITED);
    }

    @Test
    void oneReadingIsForAllWhoWaitAndNotMoreAreUnderWayThanMayBe() {
        scene.dids = scene.dids(100, Duration.ZERO, 1);
        var gate = new CompletableFuture<Node.Said>();
        scene.asked = (_, _, _) -> gate;
        CompletionStage<Resolution> first = scene.dids.resolve(Did.parse(Scene.DID), Scene.NEWEST, "192.0.2.1");
        CompletionStage<Resolution> second = scene.dids.resolve(Did.parse(Scene.DID), Scene.NEWEST, "192.0.2.2");
        assertThat(scene.resolve(Scene.DID.replace("f3", "f4"), Scene.NEWEST)).isInstanceOf(TooManyRequests.class);

        gate.complete(new Node.Said.Silence("away"));
        assertThat(first.toCompletableFuture().join()).isInstanceOf(NotResolved.class);
        assertThat(second.toCompletableFuture().join()).isInstanceOf(NotResolved.class);
        assertThat(scene.ways).containsExactly(Way.JOINED, Way.LIMITED, Way.FAILED);
        scene.asked = node;
        assertThat(scene.resolve(Scene.DID.replace("f3", "f4"), Scene.NEWEST)).isInstanceOf(ResolvedVersion.class);
    }
}
