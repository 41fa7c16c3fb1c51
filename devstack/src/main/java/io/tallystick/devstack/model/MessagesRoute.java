package io.tallystick.devstack.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/** Anthropic's {@code POST /v1/messages} and its count of tokens. It says the same to the same conversation. */
final class MessagesRoute {

    private static final int MOST_MESSAGES = 256;

    private final NgramModel model;

    MessagesRoute(NgramModel model) {
        this.model = model;
    }

    Reply answer(JsonNode request) {
        var prompt = prompt(request);
        var mishap = Mishap.of(request);
        if (mishap.status() != 0) {
            throw ApiException.wanted(mishap.status());
        }
        var most = request.path("max_tokens");
        if (!most.isInt() || most.intValue() < 1) {
            throw ApiException.parameter("max_tokens", "max_tokens: Field required");
        }
        var message = message(request, prompt, most.intValue());
        return request.path("stream").asBoolean() ? Reply.Events.of(events(message), mishap) : new Reply.Whole(message);
    }

    Reply count(JsonNode request) {
        return new Reply.Whole(JsonNodeFactory.instance
                .objectNode()
                .put("input_tokens", prompt(request).size()));
    }

    private ObjectNode message(JsonNode request, List<String> prompt, int most) {
        var message = JsonNodeFactory.instance
                .objectNode()
                .put("id", "msg_" + UUID.randomUUID().toString().replace("-", ""))
                .put("type", "message")
                .put("role", "assistant")
                .put("model", ChatRoute.MODEL);
        var block = message.putArray("content").addObject();
        var tool = tool(request);
        int generated;
        if (tool.isMissingNode()) {
            var said = Completion.of(model, prompt, most, 1, List.of(), new SplittableRandom(prompt.hashCode()));
            block.put("type", "text").put("text", said.text());
            generated = said.tokens();
            message.put("stop_reason", said.finishReason().equals("length") ? "max_tokens" : "end_turn");
        } else {
            var input = JsonNodeFactory.instance.objectNode();
            tool.path("input_schema").path("properties").fieldNames().forEachRemaining(name -> input.put(name, name));
            block.put("type", "tool_use")
                    .put("id", "toolu_" + UUID.randomUUID().toString().replace("-", ""))
                    .put("name", tool.path("name").asText());
            block.set("input", input);
            generated = Words.cut(tool.path("name").asText() + input).size();
            message.put("stop_reason", "tool_use");
        }
        message.putNull("stop_sequence");
        message.set("usage", usage(request, prompt.size(), generated));
        return message;
    }

    /** The first tool that is offered is called, until its result is told. */
    private static JsonNode tool(JsonNode request) {
        var messages = request.path("messages");
        var last = messages.path(messages.size() - 1).path("content").path(0);
        return last.path("type").asText().equals("tool_result")
                ? last.path("no tool any more")
                : request.path("tools").path(0);
    }

    /** What is marked to be cached counts as written to the cache, and not as input. */
    private static ObjectNode usage(JsonNode request, int input, int output) {
        var usage = JsonNodeFactory.instance.objectNode();
        var cached = request.path("cache_control").isObject() ? input : 0;
        var hour = request.path("cache_control").path("ttl").asText().equals("1h") ? cached : 0;
        usage.put("input_tokens", input - cached)
                .put("cache_creation_input_tokens", cached)
                .put("cache_read_input_tokens", 0);
        usage.putObject("cache_creation")
                .put("ephemeral_5m_input_tokens", cached - hour)
                .put("ephemeral_1h_input_tokens", hour);
        return usage.put("output_tokens", output).put("service_tier", "standard");
    }

    private static List<String> events(ObjectNode message) {
        var events = new ArrayList<String>();
        var start = message.deepCopy();
        start.putArray("content");
        start.putNull("stop_reason");
        start.withObject("/usage").put("output_tokens", 1);
        events.add(event("message_start", node().set("message", start)));
        var block = message.path("content").path(0);
        var isText = block.path("type").asText().equals("text");
        events.add(event("content_block_start", node().put("index", 0).set("content_block", empty(block))));
        events.add(event("ping", node()));
        for (var piece : Words.pieces(
                isText ? block.path("text").asText() : block.path("input").toString())) {
            var delta = isText
                    ? node().put("type", "text_delta").put("text", piece)
                    : node().put("type", "input_json_delta").put("partial_json", piece);
            events.add(event("content_block_delta", node().put("index", 0).set("delta", delta)));
        }
        events.add(event("content_block_stop", node().put("index", 0)));
        var end = node();
        end.putObject("delta")
                .put("stop_reason", message.path("stop_reason").asText())
                .putNull("stop_sequence");
        end.putObject("usage")
                .put("output_tokens", message.at("/usage/output_tokens").intValue());
        events.add(event("message_delta", end));
        events.add(event("message_stop", node()));
        return events;
    }

    private static ObjectNode empty(JsonNode block) {
        ObjectNode begun = block.deepCopy();
        if (begun.has("text")) {
            return begun.put("text", "");
        }
        begun.putObject("input");
        return begun;
    }

    private static String event(String type, JsonNode members) {
        var data = node().put("type", type);
        data.setAll((ObjectNode) members);
        return "event: " + type + "\ndata: " + data + "\n\n";
    }

    private static ObjectNode node() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static List<String> prompt(JsonNode request) {
        var name = request.path("model").asText();
        if (!name.equals(ChatRoute.MODEL)) {
            throw ApiException.unknownModel(name);
        }
        var messages = request.path("messages");
        if (!messages.isArray() || messages.isEmpty() || messages.size() > MOST_MESSAGES) {
            throw ApiException.parameter("messages", "messages: 1 to " + MOST_MESSAGES + " messages are needed");
        }
        var words = new ArrayList<>(Words.cut(text(request.path("system"))));
        messages.forEach(message -> words.addAll(Words.cut(text(message.path("content")))));
        return words;
    }

    private static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.asText();
        }
        var text = new StringBuilder();
        for (var block : content) {
            text.append(block.path("text").asText()).append(' ').append(text(block.path("content")));
        }
        return text.toString();
    }
}
