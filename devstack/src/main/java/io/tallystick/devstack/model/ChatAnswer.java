package io.tallystick.devstack.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A chat's answer, in one piece or as chunks.
 *
 * @param thoughts tokens of reasoning, which are counted and not shown
 * @param tool the tool that is called instead of saying something
 */
record ChatAnswer(
        String id, long createdSeconds, int promptTokens, int thoughts, Completion said, Optional<ToolCall> tool) {

    /** @param arguments a JSON object as text */
    record ToolCall(String id, String name, String arguments) {}

    ObjectNode whole() {
        var answer = head("chat.completion");
        var choice = answer.putArray("choices").addObject().put("index", 0);
        var message = choice.putObject("message").put("role", "assistant");
        if (tool.isPresent()) {
            message.putNull("content");
            call(message.putArray("tool_calls").addObject(), tool.get());
        } else {
            message.put("content", said.text());
        }
        message.putNull("refusal");
        choice.putNull("logprobs").put("finish_reason", finishReason());
        answer.set("usage", usage());
        return answer;
    }

    List<String> events(boolean withUsage) {
        return Stream.concat(chunks(withUsage).stream().map(ObjectNode::toString), Stream.of("[DONE]"))
                .map(data -> "data: " + data + "\n\n")
                .toList();
    }

    /** @param withUsage whether the last of them tells the usage; then all others say that they do not */
    private List<ObjectNode> chunks(boolean withUsage) {
        var chunks = new ArrayList<ObjectNode>();
        chunks.add(chunk(delta().put("role", "assistant").put("content", ""), null, withUsage));
        if (tool.isPresent()) {
            chunks.add(chunk(calling(), null, withUsage));
            Words.pieces(tool.get().arguments()).forEach(piece -> chunks.add(chunk(arguments(piece), null, withUsage)));
        } else {
            Words.pieces(said.text())
                    .forEach(piece -> chunks.add(chunk(delta().put("content", piece), null, withUsage)));
        }
        chunks.add(chunk(delta(), finishReason(), withUsage));
        if (withUsage) {
            var last = head("chat.completion.chunk");
            last.putArray("choices");
            last.set("usage", usage());
            chunks.add(last);
        }
        return chunks;
    }

    private ObjectNode head(String object) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("object", object)
                .put("created", createdSeconds)
                .put("model", ChatRoute.MODEL);
    }

    private ObjectNode chunk(ObjectNode delta, String finishReason, boolean withUsage) {
        var chunk = head("chat.completion.chunk");
        var choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.putNull("logprobs").put("finish_reason", finishReason);
        return withUsage ? chunk.putNull("usage") : chunk;
    }

    private ObjectNode calling() {
        var delta = delta();
        var entry = delta.putArray("tool_calls").addObject().put("index", 0);
        call(entry, new ToolCall(tool.orElseThrow().id(), tool.orElseThrow().name(), ""));
        return delta;
    }

    private static ObjectNode arguments(String piece) {
        var delta = delta();
        var entry = delta.putArray("tool_calls").addObject().put("index", 0);
        entry.putObject("function").put("arguments", piece);
        return delta;
    }

    private static void call(ObjectNode entry, ToolCall tool) {
        entry.put("id", tool.id())
                .put("type", "function")
                .putObject("function")
                .put("name", tool.name())
                .put("arguments", tool.arguments());
    }

    private static ObjectNode delta() {
        return JsonNodeFactory.instance.objectNode();
    }

    private String finishReason() {
        return tool.isPresent() ? "tool_calls" : said.finishReason();
    }

    private ObjectNode usage() {
        int generated = thoughts
                + tool.map(call -> Words.cut(call.name() + call.arguments()).size())
                        .orElse(said.tokens());
        var usage = JsonNodeFactory.instance
                .objectNode()
                .put("prompt_tokens", promptTokens)
                .put("completion_tokens", generated)
                .put("total_tokens", promptTokens + generated);
        usage.putObject("prompt_tokens_details").put("cached_tokens", 0).put("audio_tokens", 0);
        usage.putObject("completion_tokens_details").put("reasoning_tokens", thoughts);
        return usage;
    }
}
