package io.tallystick.billing.chain.rpc;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.engine.Node.NodeSilentException;
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
import java.util.ArrayList;
import java.util.List;

/** Messages to the node and back: JSON-RPC 2.0 over HTTP, several requests in a message. */
@ApplicationScoped
public class JsonRpc {

    /** @param params as JSON values */
    public record Request(String method, List<Object> params) {
        public Request {
            params = List.copyOf(params);
        }

        public static Request of(String method, Object... params) {
            return new Request(method, List.of(params));
        }
    }

    /** What a node answered to one request. */
    public sealed interface Answer {

        /** @param value a JSON value; null where the chain has nothing */
        record Result(Object value) implements Answer {}

        /** @param data what a contract that reverts gave as reason, {@code 0x} and digits; empty without */
        record Refusal(long code, String message, String data) implements Answer {}
    }

    private final ChainConfig config;
    private final Vertx vertx;
    private final HttpClient http;

    public JsonRpc(Vertx vertx, ChainConfig config) {
        this.config = config;
        this.vertx = vertx;
        this.http = vertx.createHttpClient(new HttpClientOptions()
                .setMaxPoolSize(16)
                .setMaxWaitQueueSize(1_000)
                // Asked several times a second for as long as the service runs.
                .setTracingPolicy(TracingPolicy.IGNORE)
                .setConnectTimeout(Math.toIntExact(config.rpcTimeout().toMillis())));
    }

    /**
     * Asks; the answers come in the order of the requests. Fails with {@link NodeSilentException} if the node says
     * nothing, or nothing that can be understood.
     */
    public Uni<List<Answer>> ask(List<Request> requests) {
        var batches = new ArrayList<List<Request>>();
        for (int from = 0; from < requests.size(); from += config.rpcMaxBatch()) {
            batches.add(requests.subList(from, Math.min(requests.size(), from + config.rpcMaxBatch())));
        }
        return Multi.createFrom()
                .iterable(batches)
                .onItem()
                .transformToUniAndConcatenate(this::askAtOnce)
                .collect()
                .in(ArrayList::new, List::addAll);
    }

    private Uni<List<Answer>> askAtOnce(List<Request> requests) {
        return Uni.createFrom()
                .completionStage(() -> onContext(message(requests)).toCompletionStage())
                .map(body -> answers(body, requests.size()))
                .onFailure(e -> !(e instanceof NodeSilentException))
                .transform(e -> new NodeSilentException(
                        "no answer to " + requests.getFirst().method(), e));
    }

    /** An answer is read on the context it arrives on: elsewhere its first bytes may come before there is a reader. */
    private Future<Buffer> onContext(Buffer message) {
        Promise<Buffer> answer = Promise.promise();
        vertx.getOrCreateContext().runOnContext(_ -> post(message).onComplete(answer));
        return answer.future();
    }

    private Future<Buffer> post(Buffer message) {
        var options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(config.rpcUrl().toString())
                .putHeader("content-type", "application/json")
                .setConnectTimeout(config.rpcTimeout().toMillis())
                .setTimeout(config.rpcTimeout().toMillis());
        return http.request(options).compose(request -> request.send(message)).compose(this::body);
    }

    private Future<Buffer> body(HttpClientResponse response) {
        if (response.statusCode() != 200) {
            response.request().reset();
            return Future.failedFuture("HTTP status " + response.statusCode());
        }
        Promise<Buffer> whole = Promise.promise();
        var read = Buffer.buffer();
        response.exceptionHandler(whole::tryFail);
        response.endHandler(_ -> whole.tryComplete(read));
        response.handler(part -> {
            if (read.length() + part.length() > config.rpcMaxAnswerBytes()) {
                whole.tryFail("answer above " + config.rpcMaxAnswerBytes() + " bytes");
                response.request().reset();
            } else {
                read.appendBuffer(part);
            }
        });
        return whole.future();
    }

    private static Buffer message(List<Request> requests) {
        var batch = new JsonArray();
        for (int i = 0; i < requests.size(); i++) {
            batch.add(new JsonObject()
                    .put("jsonrpc", "2.0")
                    .put("id", i)
                    .put("method", requests.get(i).method())
                    .put("params", new JsonArray(requests.get(i).params())));
        }
        return batch.toBuffer();
    }

    /** A batch may be answered in any order; each request has to be answered once. */
    private static List<Answer> answers(Buffer body, int expected) {
        var batch = body.toJsonArray();
        var answers = new Answer[expected];
        for (int i = 0; i < batch.size(); i++) {
            var answer = batch.getJsonObject(i);
            answers[answer.getInteger("id")] = answer(answer);
        }
        var inOrder = List.of(answers);
        if (batch.size() != expected) {
            throw new NodeSilentException("answers to " + batch.size() + " of " + expected + " requests", null);
        }
        return inOrder;
    }

    private static Answer answer(JsonObject answer) {
        var error = answer.getJsonObject("error");
        if (error == null) {
            return new Answer.Result(answer.getValue("result"));
        }
        var data = error.getValue("data") instanceof String text ? text : "";
        return new Answer.Refusal(error.getLong("code", 0L), error.getString("message", ""), data);
    }
}
