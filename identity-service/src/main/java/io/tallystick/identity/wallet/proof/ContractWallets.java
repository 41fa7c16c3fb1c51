package io.tallystick.identity.wallet.proof;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.wallet.proof.Verdict.Proven;
import io.tallystick.identity.wallet.proof.Verdict.Refused;
import io.tallystick.kit.problem.UnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.tracing.TracingPolicy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks a contract wallet whether a signature is its own (ERC-1271). The contract is a stranger's and may answer anything: one
 * answer of 32 bytes means yes, and everything else no. Only a node that does not answer is a fault.
 */
@ApplicationScoped
class ContractWallets {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /** {@code isValidSignature(bytes32,bytes)}, which is also what it returns to say yes. */
    private static final String SELECTOR = "1626ba7e";

    private static final String YES = "0x" + SELECTOR + "0".repeat(56);

    /** What a contract may burn before it answers. A signature's check takes less than a tenth of it. */
    private static final String GAS = "0x989680";

    private static final List<String> METHODS = List.of("eth_chainId", "eth_getCode", "eth_call");

    private final Nodes nodes;
    private final Vertx vertx;
    private final HttpClient http;

    /**
     * The nodes that are asked.
     *
     * @param urls by their chains' ids
     * @param timeout for a whole answer, 100 ms to 30 s
     */
    record Nodes(Map<String, URI> urls, Duration timeout, int maxAnswerBytes) {
        Nodes {
            urls = Map.copyOf(urls);
            if (timeout.toMillis() < 100 || timeout.toMillis() > 30_000) {
                throw new IllegalArgumentException(
                        "tallystick.identity.wallets.rpc-timeout must be 100 ms to 30 s: " + timeout);
            }
        }
    }

    @Inject
    ContractWallets(Vertx vertx, WalletConfig config) {
        this(vertx, new Nodes(config.rpc(), config.rpcTimeout(), config.rpcMaxAnswerBytes()));
    }

    ContractWallets(Vertx vertx, Nodes nodes) {
        this.nodes = nodes;
        this.vertx = vertx;
        this.http = vertx.createHttpClient(new HttpClientOptions()
                .setMaxPoolSize(8)
                .setMaxWaitQueueSize(64)
                .setTracingPolicy(TracingPolicy.IGNORE)
                .setConnectTimeout(Math.toIntExact(nodes.timeout.toMillis())));
    }

    /** Fails with {@link UnavailableException} if the chain's node does not answer. */
    Uni<Verdict> verify(Account account, byte[] digest, byte[] signature) {
        return Optional.ofNullable(nodes.urls.get(Long.toString(account.chain())))
                .map(node -> verify(node, account, digest, signature))
                .orElseGet(() -> Uni.createFrom().item(Refused.NOT_BY_KEY_AND_NO_NODE));
    }

    private Uni<Verdict> verify(URI node, Account account, byte[] digest, byte[] signature) {
        var message = new JsonArray()
                .add(request(0, new JsonArray()))
                .add(request(1, new JsonArray().add(account.address()).add("latest")))
                .add(request(
                        2, new JsonArray().add(call(account, digest, signature)).add("latest")));
        return Uni.createFrom()
                .completionStage(() -> onContext(node, message.toBuffer()).toCompletionStage())
                .map(body -> verdict(account, body))
                .onFailure(TooLarge.class)
                .recoverWithItem(Refused.CONTRACT_SAID_NO)
                .onFailure(e -> !(e instanceof TooLarge))
                .transform(e -> new UnavailableException("The node of chain " + account.chain(), RETRY_AFTER, e));
    }

    private static JsonObject request(int id, JsonArray params) {
        return new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", id)
                .put("method", METHODS.get(id))
                .put("params", params);
    }

    private static JsonObject call(Account account, byte[] digest, byte[] signature) {
        int padding = (32 - signature.length % 32) % 32;
        var data = "0x" + SELECTOR
                + HexFormat.of().formatHex(digest)
                + "%064x%064x".formatted(64, signature.length)
                + HexFormat.of().formatHex(signature)
                + "00".repeat(padding);
        return new JsonObject().put("to", account.address()).put("gas", GAS).put("data", data);
    }

    /** An answer is read on the context it arrives on: elsewhere its first bytes may come before there is a reader. */
    private Future<Buffer> onContext(URI node, Buffer message) {
        Promise<Buffer> answer = Promise.promise();
        vertx.getOrCreateContext().runOnContext(_ -> post(node, message, answer));
        return answer.future();
    }

    private void post(URI node, Buffer message, Promise<Buffer> answer) {
        var options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(node.toString())
                .putHeader("content-type", "application/json")
                .setConnectTimeout(nodes.timeout.toMillis());
        // Over the whole, its wait for a connection included: a node that drips is cut off like one that is silent.
        long timer = vertx.setTimer(nodes.timeout.toMillis(), _ -> answer.tryFail("timeout"));
        answer.future().onComplete(_ -> vertx.cancelTimer(timer));
        http.request(options).onFailure(answer::tryFail).onSuccess(request -> {
            // Ends the connection of an answer that nobody waits for any more.
            answer.future().onFailure(_ -> request.reset());
            request.send(message).onFailure(answer::tryFail).onSuccess(response -> read(response, answer));
        });
    }

    private void read(HttpClientResponse response, Promise<Buffer> answer) {
        response.exceptionHandler(answer::tryFail);
        if (response.statusCode() != 200) {
            answer.tryFail("HTTP status " + response.statusCode());
            return;
        }
        var read = Buffer.buffer();
        response.endHandler(_ -> answer.tryComplete(read));
        response.handler(part -> {
            if (read.length() + part.length() > nodes.maxAnswerBytes) {
                answer.tryFail(new TooLarge());
            } else {
                read.appendBuffer(part);
            }
        });
    }

    /** The node answers, and with more than a contract that says yes. */
    private static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static Verdict verdict(Account account, Buffer body) {
        var batch = body.toJsonArray();
        var answers = new JsonObject[METHODS.size()];
        for (int i = 0; i < batch.size(); i++) {
            var answer = batch.getJsonObject(i);
            answers[answer.getInteger("id")] = answer;
        }
        var inOrder = List.of(answers);
        var chain = inOrder.get(0).getString("result");
        var code = inOrder.get(1).getString("result");
        if (!chain.equals("0x" + Long.toHexString(account.chain()))) {
            throw new IllegalStateException("the node is of chain " + chain);
        }
        if (code.equals("0x")) {
            return Refused.NOT_BY_KEY_AND_NO_CONTRACT;
        }
        var said = inOrder.get(2).getValue("result");
        return YES.equals(said) ? Proven.BY_CONTRACT : Refused.CONTRACT_SAID_NO;
    }
}
