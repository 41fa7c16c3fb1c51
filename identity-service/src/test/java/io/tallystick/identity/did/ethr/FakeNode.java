package io.tallystick.identity.did.ethr;

import io.tallystick.identity.did.ethr.registry.Account;
import io.tallystick.identity.did.ethr.registry.RegistryLog;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.JsonReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BinaryOperator;

/** A node of a chain on which one account's DID changes: block n is made 10·n seconds after {@link #START}. */
final class FakeNode implements Node {
    static final long START = 1_700_000_000;
    static final long CHAIN = 84_532;
    static final String NOBODY = "0".repeat(40);

    final Account registry = new Account("dca7ef03e98e0dc2b855be647c39abe984fcf21b");
    final Account account;
    final List<String> asked = new ArrayList<>();
    long newestBlock = 1000;

    /** What is answered to a method instead of the result; as it is, if it gives that back. */
    BinaryOperator<String> answers = (_, result) -> result;

    /** What is said instead of anything, if anything. */
    Optional<Said> said = Optional.empty();

    private final List<Log> logs = new ArrayList<>();
    private long changed;

    private record Log(long block, String json) {}

    FakeNode(Account account) {
        this.account = account;
    }

    static long time(long block) {
        return START + 10 * block;
    }

    FakeNode owner(long block, String owner) {
        return add(block, RegistryLog.OWNER_CHANGED, word(owner) + word(changed));
    }

    FakeNode delegate(long block, String type, String delegate, long validTo) {
        return add(block, RegistryLog.DELEGATE_CHANGED, text(type) + word(delegate) + word(validTo) + word(changed));
    }

    FakeNode attribute(long block, String name, String value, long validTo) {
        return attributeOfWord(block, text(name), value, validTo);
    }

    FakeNode attributeOfWord(long block, String name, String value, long validTo) {
        var padded = value + "0".repeat((64 - value.length() % 64) % 64);
        return add(
                block,
                RegistryLog.ATTRIBUTE_CHANGED,
                name + word(128) + word(validTo) + word(changed) + word(value.length() / 2) + padded);
    }

    FakeNode add(long block, String topic, String data) {
        logs.add(new Log(block, log(block, registry.hex(), topic, account.word(), data)));
        changed = block;
        return this;
    }

    String log(long block, String address, String topic, String identity, String data) {
        return "{\"address\":\"%s\",\"topics\":[\"%s\",\"0x%s\"],\"data\":\"0x%s\",\"blockNumber\":\"0x%x\",\"logIndex\":\"0x%x\",\"removed\":false}"
                .formatted(address, topic, identity, data, block, logs.size());
    }

    static String word(long number) {
        return "%064x".formatted(number);
    }

    static String word(String digits) {
        return "0".repeat(64 - digits.length()) + digits;
    }

    static String text(String text) {
        return HexFormat.of().formatHex(Arrays.copyOf(text.getBytes(StandardCharsets.UTF_8), 32));
    }

    static String bytes(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public CompletionStage<Said> ask(Network network, String text, Duration left) {
        var request = (JsonObject) JsonReader.read(text);
        var method = request.textOf("method").orElseThrow();
        asked.add(method);
        var parameters = ((JsonArray) request.get("params").orElseThrow()).items();
        var result =
                switch (method) {
                    case "eth_chainId" -> "\"0x%x\"".formatted(CHAIN);
                    case "eth_call" -> "\"0x" + word(changed) + "\"";
                    case "eth_getLogs" ->
                        logs(number(((JsonObject) parameters.getFirst())
                                .textOf("fromBlock")
                                .orElseThrow()));
                    case "eth_getBlockByNumber" -> block(number(((JsonText) parameters.getFirst()).value()));
                    default -> throw new IllegalStateException(method);
                };
        return CompletableFuture.completedFuture(said.orElseGet(() -> new Said.Answer(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":%s}".formatted(answers.apply(method, result)))));
    }

    private String logs(long block) {
        return "["
                + String.join(
                        ",",
                        logs.stream()
                                .filter(log -> log.block == block)
                                .map(Log::json)
                                .toList())
                + "]";
    }

    private String block(long number) {
        return number > newestBlock
                ? "null"
                : "{\"number\":\"0x%x\",\"timestamp\":\"0x%x\"}".formatted(number, time(number));
    }

    private static long number(String text) {
        return new BigInteger(text.substring(2), 16).longValueExact();
    }
}
