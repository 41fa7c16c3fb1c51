package io.tallystick.metering.gateway.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.metering.gateway.call.Answer;
import io.tallystick.metering.gateway.call.Answer.Outcome;
import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.call.ModelAnswer.Answered;
import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.openai.Requests;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The models that can be called, under the names by which they can. Of one upstream that serves everything it is the
 * upstream's own answer; of several it is made of theirs, and kept for a moment: it is free, so asking for it often must
 * not ask them often.
 */
@ApplicationScoped
public class ModelLists {
    private static final int MOST_BYTES = 1024 * 1024;
    private static final int MOST_MODELS = 5000;

    /** What is passed on of a model. Some servers tell more than clients have to know, such as where its files are. */
    private static final List<String> MEMBERS =
            List.of("created", "owned_by", "max_model_len", "type", "display_name", "created_at");

    private final ConfiguredUpstreams upstreams;
    private final UpstreamsConfig.Routing config;
    private final UpstreamCalls calls;
    private Future<Body> merged = Future.failedFuture("not asked yet");
    private Instant staleAt = Instant.MIN;

    ModelLists(ConfiguredUpstreams upstreams, UpstreamsConfig config, UpstreamCalls calls) {
        this.upstreams = upstreams;
        this.config = config.routing();
        this.calls = calls;
    }

    /** @param headers those that may pass */
    public CompletionStage<Answer> show(Headers headers) {
        return upstreams
                .all()
                .only()
                .map(door -> passed(door, headers))
                .orElseGet(() -> merged().map(ModelLists::listed))
                .map(answered -> (Answer) new Answer.Delivered(Outcome.SERVED, answered, Headers.NONE))
                .otherwise(_ -> new Answer.Failed(
                        Outcome.UPSTREAM_FAILED,
                        ApiError.server(502, "upstream_unreachable", "No model server answered. Try again."),
                        Headers.NONE))
                .toCompletionStage();
    }

    private Future<Answered> passed(Door door, Headers headers) {
        var upstream = door.upstream();
        return calls.list(door, headers, upstream.timeout()).compose(opened -> opened.whole(upstream.maxAnswerBytes())
                .map(body -> new Answered(opened.status(), opened.headers(), body, upstream.name())));
    }

    private static Answered listed(Body body) {
        return new Answered(200, Headers.NONE.with("Content-Type", "application/json"), body, "");
    }

    /** One is made at a time, whoever asks. */
    private synchronized Future<Body> merged() {
        var now = Instant.now();
        if (merged.failed() || (merged.succeeded() && !now.isBefore(staleAt))) {
            staleAt = now.plus(config.listFor());
            merged = ask();
        }
        return merged;
    }

    private Future<Body> ask() {
        var parts = new ArrayList<Future<List<JsonObject>>>();
        for (var door : upstreams.all().doors()) {
            parts.add(door.closedFor(Instant.now()).isZero() ? models(door) : Future.failedFuture("away"));
        }
        return Future.join(parts).transform(_ -> {
            if (parts.stream().noneMatch(Future::succeeded)) {
                return Future.failedFuture("all are away");
            }
            var models = new LinkedHashMap<String, JsonObject>();
            parts.stream().filter(Future::succeeded).forEach(part -> part.result()
                    .forEach(model -> add(models, model)));
            return Future.succeededFuture(body(models));
        });
    }

    private static void add(Map<String, JsonObject> models, JsonObject model) {
        if (models.size() < MOST_MODELS) {
            models.putIfAbsent(model.getString("id"), model);
        }
    }

    private static Body body(Map<String, JsonObject> models) {
        var list = new JsonObject().put("object", "list").put("data", new JsonArray(List.copyOf(models.values())));
        return new Body(list.encode().getBytes(UTF_8));
    }

    private Future<List<JsonObject>> models(Door door) {
        var headers = Headers.NONE.with("Accept", "application/json");
        return calls.list(door, headers, config.listTimeout()).compose(opened -> opened.whole(MOST_BYTES)
                .compose(body -> opened.status() == 200
                        ? Future.succeededFuture(named(door.upstream().name(), body))
                        : Future.failedFuture("status " + opened.status())));
    }

    /** @throws DecodeException if it is no list; who maps a future with this fails it */
    private List<JsonObject> named(String upstream, Body body) {
        var models = new ArrayList<JsonObject>();
        if (!(new JsonObject(Buffer.buffer(body.bytes())).getValue("data") instanceof JsonArray list)) {
            throw new DecodeException("no list of models");
        }
        for (var model : list) {
            if (model instanceof JsonObject there
                    && there.getValue("id") instanceof String id
                    && models.size() < MOST_MODELS) {
                upstreams.all().clientNames(upstream, id).stream()
                        .filter(Requests::isModel)
                        .forEach(name -> models.add(entry(upstream, name, there)));
            }
        }
        return models;
    }

    private static JsonObject entry(String upstream, String name, JsonObject there) {
        var entry = new JsonObject()
                .put("id", name)
                .put("object", "model")
                .put("created", 0)
                .put("owned_by", upstream);
        MEMBERS.stream().filter(there::containsKey).forEach(member -> entry.put(member, there.getValue(member)));
        return entry;
    }
}
