package io.tallystick.billing.chain.rpc;

import static io.tallystick.billing.chain.rpc.Quantities.hex;
import static io.tallystick.billing.chain.rpc.Quantities.longNumber;
import static io.tallystick.billing.chain.rpc.Quantities.number;
import static io.tallystick.billing.chain.rpc.Quantities.result;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.TimeoutException;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.chain.engine.Node;
import io.tallystick.billing.chain.rpc.JsonRpc.Answer;
import io.tallystick.billing.chain.rpc.JsonRpc.Request;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The engine's view of the chain, through a node's JSON-RPC. */
@ApplicationScoped
public class JsonRpcNode implements Node {
    private final JsonRpc rpc;
    private final Duration patience;

    public JsonRpcNode(JsonRpc rpc, ChainConfig config) {
        this.rpc = rpc;
        // A message may be split, and each part has its own bound.
        this.patience = config.rpcTimeout().multipliedBy(4);
    }

    @Override
    public Head newest() {
        var block = block("latest");
        return new Head(
                longNumber(block.getValue("number")),
                new Bytes32(block.getString("hash")),
                number(block.getValue("baseFeePerGas")));
    }

    @Override
    public long finalizedBlock() {
        return longNumber(block("finalized").getValue("number"));
    }

    private JsonObject block(String tag) {
        var block = ask(Request.of("eth_getBlockByNumber", tag, false));
        if (block instanceof JsonObject found) {
            return found;
        }
        throw new NodeSilentException("no block " + tag, null);
    }

    @Override
    public long transactionCount(Address account, long block) {
        return longNumber(ask(Request.of("eth_getTransactionCount", account.hex(), hex(block))));
    }

    @Override
    public Map<Bytes32, Inclusion> receipts(List<Bytes32> hashes) {
        var requests = hashes.stream()
                .map(hash -> Request.of("eth_getTransactionReceipt", hash.hex()))
                .toList();
        var receipts = new HashMap<Bytes32, Inclusion>();
        for (var answer : askAll(requests)) {
            if (result(answer) instanceof JsonObject receipt) {
                var inclusion = inclusion(receipt);
                receipts.put(inclusion.hash(), inclusion);
            }
        }
        return receipts;
    }

    private static Inclusion inclusion(JsonObject receipt) {
        return new Inclusion(
                new Bytes32(receipt.getString("transactionHash")),
                longNumber(receipt.getValue("blockNumber")),
                new Bytes32(receipt.getString("blockHash")),
                longNumber(receipt.getValue("status")) == 1,
                longNumber(receipt.getValue("gasUsed")),
                number(receipt.getValue("effectiveGasPrice")));
    }

    @Override
    public Estimate estimate(Address from, Call call) {
        var parameters = new JsonObject()
                .put("from", from.hex())
                .put("to", call.to().hex())
                .put("data", call.data());
        return switch (askAll(List.of(Request.of("eth_estimateGas", parameters)))
                .getFirst()) {
            case Answer.Result(var value) -> new Estimate.Gas(longNumber(value));
            case Answer.Refusal refusal when Reverts.is(refusal) -> new Estimate.Reverts(Reverts.reason(refusal));
            case Answer.Refusal(var code, var message, var _) ->
                throw new NodeSilentException("no estimate, code=" + code + ", message=" + message, null);
        };
    }

    @Override
    public SendAnswer send(String raw) {
        return switch (askAll(List.of(Request.of("eth_sendRawTransaction", raw)))
                .getFirst()) {
            case Answer.Result _ -> SendAnswer.TAKEN;
            case Answer.Refusal(var code, var message, var _) -> {
                var answer = meaning(message.toLowerCase(Locale.ROOT));
                Log.debugf("node refused a transaction, code=%d, message=%s, meaning=%s", code, message, answer);
                yield answer;
            }
        };
    }

    /** The words of geth, which the other clients use as well. */
    private static SendAnswer meaning(String message) {
        if (message.contains("already known")
                || message.contains("already imported")
                || message.contains("known transaction")) {
            return SendAnswer.TAKEN;
        }
        if (message.contains("nonce too low") || message.contains("oldnonce")) {
            return SendAnswer.NONCE_USED;
        }
        if (message.contains("underpriced")
                || message.contains("less than block base fee")
                || message.contains("fee too low")) {
            return SendAnswer.UNDERPRICED;
        }
        return message.contains("insufficient funds") ? SendAnswer.INSUFFICIENT_FUNDS : SendAnswer.REFUSED;
    }

    /** What an account has for gas at the newest block, in wei. */
    public BigInteger balance(Address account) {
        return number(ask(Request.of("eth_getBalance", account.hex(), "latest")));
    }

    /** EIP-155 id of the chain behind the node. */
    public long chainId() {
        return longNumber(ask(Request.of("eth_chainId")));
    }

    private Object ask(Request request) {
        return result(askAll(List.of(request)).getFirst());
    }

    private List<Answer> askAll(List<Request> requests) {
        try {
            return rpc.ask(requests).await().atMost(patience);
        } catch (TimeoutException e) {
            throw new NodeSilentException("no answer within " + patience, e);
        }
    }
}
