package io.tallystick.identity.did.ethr;

import io.tallystick.identity.did.ethr.Node.Said;
import io.tallystick.identity.did.ethr.Snapshot.Moment;
import io.tallystick.identity.did.ethr.registry.Account;
import io.tallystick.identity.did.ethr.registry.Change;
import io.tallystick.identity.did.ethr.registry.Quantity;
import io.tallystick.identity.did.ethr.registry.RegistryLog;
import io.tallystick.identity.did.webvh.Json;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonBoolean;
import io.tallystick.identity.did.webvh.Json.JsonInteger;
import io.tallystick.identity.did.webvh.Json.JsonNull;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.JsonReader;
import io.tallystick.identity.did.webvh.VersionQuery;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One reading of an account's history: from its newest change back to its first, block by block. Fails with
 * {@link ReadFailed}. One request at a time, so nothing here is used by two threads at once.
 */
final class Reading {
    /** Of all answers together. */
    static final int MAX_CHARACTERS = 1 << 22;

    static final int MAX_EVENTS = 4096;

    private static final Json REQUEST_ID = new JsonInteger(1);
    private static final Comparator<Change> ORDER =
            Comparator.comparingLong(Change::block).thenComparingLong(Change::index);

    private final Node node;
    private final Network network;
    private final Account account;
    private final Executor readers;
    private final InstantSource clock;
    private final Instant deadline;
    private final int maxBlocks;
    private final List<Change> changes = new ArrayList<>();
    private int characters;

    /**
     * @param readers read what was answered
     * @param maxBlocks with changes
     */
    Reading(
            Node node,
            Network network,
            Account account,
            Executor readers,
            InstantSource clock,
            Duration timeout,
            int maxBlocks) {
        this.node = node;
        this.network = network;
        this.account = account;
        this.readers = readers;
        this.clock = clock;
        this.deadline = clock.instant().plus(timeout);
        this.maxBlocks = maxBlocks;
    }

    /** How much was answered. */
    int characters() {
        return characters;
    }

    /** @param wanted no version by its number: there are none */
    CompletionStage<Snapshot> read(VersionQuery wanted) {
        return ask("eth_chainId", List.of(), result -> Quantity.of(text(result)))
                .thenCompose(this::requireChain)
                .thenCompose(_ -> wanted instanceof VersionQuery.ById(var block) ? time(block(block)) : nothing())
                .thenCompose(
                        time -> newest().thenCompose(block -> back(block, 0)).thenCompose(_ -> {
                            tidy();
                            return snapshot(wanted, time);
                        }));
    }

    /** @throws IllegalArgumentException if {@code versionId} is no block's number */
    static long block(String versionId) {
        if (!versionId.matches("(?:0|[1-9][0-9]{0,14})")) {
            throw new IllegalArgumentException("the versionId of a did:ethr is the number of a block");
        }
        return Long.parseLong(versionId);
    }

    private CompletionStage<Boolean> requireChain(long chainId) {
        return chainId == network.chainId()
                ? CompletableFuture.completedFuture(true)
                : failed("The node that is configured for " + network.name() + " is on another chain.");
    }

    private CompletionStage<Long> newest() {
        var call = JsonObject.of(Map.of(
                "to", new JsonText(network.registry().hex()),
                "data", new JsonText(RegistryLog.CHANGED + account.word())));
        return ask(
                "eth_call",
                List.of(call, new JsonText("latest")),
                result -> text(result).length() == 66 ? Quantity.of(text(result)) : noRegistry());
    }

    private static long noRegistry() {
        throw new IllegalArgumentException("there is no registry at the address that is configured");
    }

    /** @param blocks that were read */
    private CompletionStage<Boolean> back(long block, int blocks) {
        if (block == 0) {
            return CompletableFuture.completedFuture(true);
        }
        if (blocks == maxBlocks || changes.size() > MAX_EVENTS) {
            return failed("The DID has changed more often than is read.");
        }
        return ask("eth_getLogs", List.of(filter(block)), result -> logs(result, block))
                .thenCompose(before -> back(before, blocks + 1));
    }

    private JsonObject filter(long block) {
        var events = JsonArray.ofTexts(
                List.of(RegistryLog.OWNER_CHANGED, RegistryLog.DELEGATE_CHANGED, RegistryLog.ATTRIBUTE_CHANGED));
        return JsonObject.of(Map.of(
                "address", new JsonText(network.registry().hex()),
                "fromBlock", new JsonText(Quantity.text(block)),
                "toBlock", new JsonText(Quantity.text(block)),
                "topics", new JsonArray(List.of(events, new JsonText("0x" + account.word())))));
    }

    /** Takes the block's changes. @return the block of the change before them, which is an earlier one; zero for none */
    private long logs(Json result, long block) {
        if (!(result instanceof JsonArray(var logs))) {
            throw new IllegalArgumentException("logs are a list");
        }
        var found = logs.stream()
                .flatMap(log -> log instanceof JsonObject one
                        ? RegistryLog.read(one, network.registry(), account, block).stream()
                        : Stream.empty())
                .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "no log of block " + block + ", which has a change; does it keep old logs?");
        }
        if (found.stream().anyMatch(change -> change.previous() > block)) {
            throw new IllegalArgumentException("a change came before one of a later block");
        }
        changes.addAll(found);
        // Several changes in one block: all but the first name this block as the one before.
        return found.stream()
                .mapToLong(Change::previous)
                .filter(previous -> previous < block)
                .min()
                .orElse(0);
    }

    /** In their order, and none after the one that ended the DID. */
    private void tidy() {
        changes.removeIf(change -> change.what() instanceof Change.What.Other);
        changes.sort(ORDER);
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).deactivates()) {
                changes.subList(i + 1, changes.size()).clear();
            }
        }
    }

    private CompletionStage<Snapshot> snapshot(VersionQuery wanted, Optional<Instant> time) {
        return switch (wanted) {
            case VersionQuery.ById(var id) -> {
                long last = block(id);
                yield snapshot(count(last), time);
            }
            case VersionQuery.ByTime(var until) ->
                countUntil(until, 0, changes.size()).thenCompose(count -> snapshot(count, Optional.of(until)));
            default -> snapshot(changes.size(), Optional.empty());
        };
    }

    private int count(long lastBlock) {
        return (int)
                changes.stream().filter(change -> change.block() <= lastBlock).count();
    }

    /** How many of the changes had happened by then: at least {@code least}, and not more than {@code most}. */
    private CompletionStage<Integer> countUntil(Instant then, int least, int most) {
        if (least == most) {
            return CompletableFuture.completedFuture(least);
        }
        long block = changes.get((least + most) / 2).block();
        return moment(block)
                .thenCompose(moment -> moment.time().isAfter(then)
                        ? countUntil(then, least, count(block - 1))
                        : countUntil(then, count(block), most));
    }

    private CompletionStage<Snapshot> snapshot(int count, Optional<Instant> at) {
        var updated = count == 0
                ? this.<Moment>nothing()
                : moment(changes.get(count - 1).block()).thenApply(Optional::of);
        return updated.thenCompose(last -> next(count)
                .thenApply(next -> new Snapshot(network.chainId(), changes.subList(0, count), at, last, next)));
    }

    private CompletionStage<Optional<Moment>> next(int count) {
        return count == changes.size()
                ? nothing()
                : moment(changes.get(count).block()).thenApply(Optional::of);
    }

    private CompletionStage<Moment> moment(long block) {
        return time(block).thenApply(time -> new Moment(block, time.orElseThrow()));
    }

    /** When a block was made. */
    private CompletionStage<Optional<Instant>> time(long block) {
        var number = new JsonText(Quantity.text(block));
        return ask("eth_getBlockByNumber", List.of(number, new JsonBoolean(false)), result -> switch (result) {
            case JsonObject found
            when Quantity.of(found, "number") == block ->
                Optional.of(Instant.ofEpochSecond(Quantity.of(found, "timestamp")));
            case JsonNull() -> throw ReadFailed.notFound("There is no block " + block + ".");
            default -> throw new IllegalArgumentException("another block");
        });
    }

    private <T> CompletionStage<Optional<T>> nothing() {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    private <T> CompletionStage<T> ask(String method, List<Json> parameters, Function<Json, T> reader) {
        var left = Duration.between(clock.instant(), deadline);
        if (!left.isPositive()) {
            return failed("The node did not answer in time.");
        }
        var request = JsonObject.of(Map.of(
                "jsonrpc", new JsonText("2.0"),
                "id", REQUEST_ID,
                "method", new JsonText(method),
                "params", new JsonArray(parameters)));
        return node.ask(network, request.text(), left).thenApplyAsync(said -> read(said, method, reader), readers);
    }

    private <T> T read(Said said, String method, Function<Json, T> reader) {
        if (!(said instanceof Said.Answer(var text))) {
            throw ReadFailed.now("The node of " + network.name() + ": " + ((Said.Silence) said).detail());
        }
        characters += text.length();
        if (characters > MAX_CHARACTERS) {
            throw ReadFailed.now("The DID's changes are longer than is read.");
        }
        try {
            return reader.apply(result(text));
        } catch (IllegalArgumentException e) {
            throw ReadFailed.now("The node of " + network.name() + " answered " + method
                    + " with something that is none of its answers: " + e.getMessage());
        }
    }

    /** What a node says of an error is not passed on: it may tell what only the operator is to know. */
    private static Json result(String text) {
        if (!(JsonReader.read(text) instanceof JsonObject answer)
                || !answer.get("id").filter(REQUEST_ID::equals).isPresent()) {
            throw new IllegalArgumentException("no answer of JSON-RPC");
        }
        return answer.get("result").orElseThrow(() -> new IllegalArgumentException("an error"));
    }

    private static String text(Json result) {
        return result instanceof JsonText(var text) ? text : "";
    }

    private static <T> CompletionStage<T> failed(String detail) {
        return CompletableFuture.failedFuture(ReadFailed.now(detail));
    }
}
