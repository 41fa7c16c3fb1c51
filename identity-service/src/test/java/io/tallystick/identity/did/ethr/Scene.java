package io.tallystick.identity.did.ethr;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.NotResolved;
import io.tallystick.identity.did.Resolution.ResolvedVersion;
import io.tallystick.identity.did.ethr.EthrDids.Bounds;
import io.tallystick.identity.did.ethr.EthrDids.Way;
import io.tallystick.identity.did.ethr.registry.Account;
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
import java.util.concurrent.TimeUnit;

/** A DID of an account, the node that is asked about it, and who asks. */
final class Scene {
    static final String ID = "f3beac30c498d9e26865f34fcaa57dbb935b0d74";
    static final String DID = "did:ethr:0x14a34:0x" + ID;
    static final String FRIEND = "1".repeat(40);
    static final String OTHER = "2".repeat(40);
    static final long LATER = FakeNode.START + 1_000_000;
    static final VersionQuery NEWEST = new VersionQuery.Newest();

    final FakeNode node = new FakeNode(new Account(ID));
    final List<Way> ways = new ArrayList<>();
    Node asked = node;
    Instant now = Instant.ofEpochSecond(FakeNode.time(1000));
    EthrDids dids = dids(100, Duration.ZERO, 16);

    EthrDids dids(int perCaller, Duration age, int atOnce) {
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

    Resolution resolve(String did, VersionQuery wanted) {
        return dids.resolve(Did.parse(did), wanted, "192.0.2.1")
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    JsonObject document() {
        return ((ResolvedVersion) resolve(DID, NEWEST)).document();
    }

    List<String> methods() {
        return names(document(), "verificationMethod");
    }

    static List<String> names(JsonObject document, String member) {
        return document.get(member).map(JsonArray.class::cast).map(JsonArray::items).orElse(List.of()).stream()
                .map(item ->
                        item instanceof JsonObject object ? object.textOf("id").orElseThrow() : text(item))
                .map(id -> id.substring(id.indexOf('#')))
                .toList();
    }

    static String text(Json json) {
        return ((JsonText) json).value();
    }

    void isNotResolved(String detail) {
        assertThat(resolve(DID, NEWEST)).isInstanceOfSatisfying(NotResolved.class, failure -> {
            assertThat(failure.detail()).contains(detail).doesNotContain("secret");
            assertThat(failure.retryAfterSeconds()).isPositive();
        });
    }
}
