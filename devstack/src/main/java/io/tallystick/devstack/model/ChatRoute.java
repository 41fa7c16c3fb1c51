package io.tallystick.devstack.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** {@code POST /v1/chat/completions}. A token is a word, a number or a mark, in the prompt and in the answer. */
final class ChatRoute {

    static final String MODEL = "tallystick-ngram";

    private static final int MOST_MESSAGES = 256;
    private static final int MOST_TOKENS = 2_048;
    private static final int DEFAULT_TOKENS = 128;
    private static final int MOST_STOPS = 4;
    private static final int MOST_THOUGHTS = 8;

    private final NgramModel model;
    private final Clock clock;

    ChatRoute(NgramModel model, Clock clock) {
        this.model = model;
        this.clock = clock;
    }

    Reply answer(JsonNode request) {
        requireModel(request);
        requireSupported(request);
        var mishap = Mishap.of(request);
        if (mishap.status() != 0) {
            throw ApiException.wanted(mishap.status());
        }
        var answer = read(request);
        if (!request.path("stream").asBoolean()) {
            return new Reply.Whole(answer.whole());
        }
        var withUsage = request.path("stream_options").path("include_usage").asBoolean();
        return Reply.Events.of(answer.events(withUsage), mishap);
    }

    private ChatAnswer read(JsonNode request) {
        var prompt = prompt(request.path("messages"));
        var most = mostTokens(request);
        var thoughts = request.hasNonNull("reasoning_effort") ? Math.min(MOST_THOUGHTS, most - 1) : 0;
        var said = Completion.of(
                model, prompt, most - thoughts, temperature(request), stops(request.path("stop")), random(request));
        return new ChatAnswer(
                "chatcmpl-" + UUID.randomUUID(),
                clock.instant().getEpochSecond(),
                prompt.size(),
                thoughts,
                said,
                tool(request));
    }

    /** The first tool that is offered is called, until its result is told. */
    private static Optional<ChatAnswer.ToolCall> tool(JsonNode request) {
        var messages = request.path("messages");
        var told = messages.path(messages.size() - 1).path("role").asText().equals("tool");
        var function = request.path("tools").path(0).path("function");
        if (told
                || !function.path("name").isTextual()
                || request.path("tool_choice").asText().equals("none")) {
            return Optional.empty();
        }
        var arguments = JsonNodeFactory.instance.objectNode();
        function.path("parameters").path("properties").fieldNames().forEachRemaining(name -> arguments.put(name, name));
        return Optional.of(new ChatAnswer.ToolCall(
                "call_" + UUID.randomUUID().toString().replace("-", ""),
                function.path("name").asText(),
                arguments.toString()));
    }

    private static void requireModel(JsonNode request) {
        var name = request.path("model").asText();
        if (!name.equals(MODEL)) {
            throw ApiException.unknownModel(name);
        }
    }

    private static void requireSupported(JsonNode request) {
        if (request.path("n").asInt(1) != 1) {
            throw ApiException.parameter("n", "This server gives one choice: send 'n': 1.");
        }
    }

    private static List<String> prompt(JsonNode messages) {
        if (!messages.isArray() || messages.isEmpty() || messages.size() > MOST_MESSAGES) {
            throw ApiException.parameter("messages", "'messages' is an array of 1 to " + MOST_MESSAGES + " messages.");
        }
        var words = new ArrayList<String>();
        for (var message : messages) {
            if (!message.path("role").isTextual()) {
                throw ApiException.parameter("messages", "Each message has a 'role'.");
            }
            if (!message.has("tool_calls") || message.hasNonNull("content")) {
                words.addAll(Words.cut(content(message.path("content"))));
            }
        }
        return words;
    }

    private static String content(JsonNode content) {
        if (content.isTextual()) {
            return content.asText();
        }
        if (!content.isArray()) {
            throw ApiException.parameter("messages", "A message's 'content' is a string or an array of text parts.");
        }
        var text = new StringBuilder();
        for (var part : content) {
            if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
                throw ApiException.parameter("messages", "This model reads parts of type 'text' only.");
            }
            text.append(part.path("text").asText()).append('\n');
        }
        return text.toString();
    }

    private static int mostTokens(JsonNode request) {
        var name = request.hasNonNull("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
        if (!request.hasNonNull(name)) {
            return DEFAULT_TOKENS;
        }
        var most = request.path(name);
        if (!most.isInt() || most.intValue() < 1 || most.intValue() > MOST_TOKENS) {
            throw ApiException.parameter(name, "'" + name + "' is a whole number from 1 to " + MOST_TOKENS + ".");
        }
        return most.intValue();
    }

    private static double temperature(JsonNode request) {
        var temperature = request.path("temperature");
        if (!request.hasNonNull("temperature")) {
            return 1;
        }
        if (!temperature.isNumber() || temperature.doubleValue() < 0 || temperature.doubleValue() > 2) {
            throw ApiException.parameter("temperature", "'temperature' is a number from 0 to 2.");
        }
        return temperature.doubleValue();
    }

    private static List<String> stops(JsonNode stop) {
        if (stop.isMissingNode() || stop.isNull()) {
            return List.of();
        }
        var stops = new ArrayList<String>();
        if (stop.isTextual()) {
            stops.add(stop.asText());
        } else {
            stop.forEach(one -> stops.add(one.asText()));
        }
        if (stops.size() > MOST_STOPS || stops.stream().anyMatch(String::isEmpty)) {
            throw ApiException.parameter("stop", "'stop' is a string or up to " + MOST_STOPS + ", none of them empty.");
        }
        return stops;
    }

    private static RandomGenerator random(JsonNode request) {
        var seed = request.path("seed");
        if (!request.hasNonNull("seed")) {
            return new SplittableRandom();
        }
        if (!seed.canConvertToLong() || !seed.isIntegralNumber()) {
            throw ApiException.parameter("seed", "'seed' is a whole number of 64 bits.");
        }
        return new SplittableRandom(seed.longValue());
    }
}
