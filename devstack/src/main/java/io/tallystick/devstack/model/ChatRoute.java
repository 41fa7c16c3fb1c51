package io.tallystick.devstack.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** {@code POST /v1/chat/completions}, not streamed. A token is a word, a number or a mark, in the prompt and in the answer. */
final class ChatRoute {

    static final String MODEL = "tallystick-ngram";

    private static final int MOST_MESSAGES = 256;
    private static final int MOST_TOKENS = 2_048;
    private static final int DEFAULT_TOKENS = 128;
    private static final int MOST_STOPS = 4;

    private final NgramModel model;
    private final Clock clock;

    ChatRoute(NgramModel model, Clock clock) {
        this.model = model;
        this.clock = clock;
    }

    ObjectNode answer(JsonNode request) {
        requireModel(request);
        requireSupported(request);
        var prompt = prompt(request.path("messages"));
        var completion = Completion.of(
                model, prompt, mostTokens(request), temperature(request), stops(request.path("stop")), random(request));
        return answer(prompt.size(), completion);
    }

    private ObjectNode answer(int promptTokens, Completion completion) {
        var answer = JsonNodeFactory.instance
                .objectNode()
                .put("id", "chatcmpl-" + UUID.randomUUID())
                .put("object", "chat.completion")
                .put("created", clock.instant().getEpochSecond())
                .put("model", MODEL);
        var choice = answer.putArray("choices").addObject().put("index", 0);
        choice.putObject("message")
                .put("role", "assistant")
                .put("content", completion.text())
                .putNull("refusal");
        choice.putNull("logprobs").put("finish_reason", completion.finishReason());
        answer.putObject("usage")
                .put("prompt_tokens", promptTokens)
                .put("completion_tokens", completion.tokens())
                .put("total_tokens", promptTokens + completion.tokens());
        return answer;
    }

    private static void requireModel(JsonNode request) {
        var name = request.path("model").asText();
        if (!name.equals(MODEL)) {
            throw ApiException.unknownModel(name);
        }
    }

    private static void requireSupported(JsonNode request) {
        if (request.path("stream").asBoolean()) {
            throw ApiException.parameter("stream", "This server does not stream: send 'stream': false.");
        }
        if (request.path("n").asInt(1) != 1) {
            throw ApiException.parameter("n", "This server gives one choice: send 'n': 1.");
        }
        if (!request.path("tools").isEmpty()) {
            throw ApiException.parameter("tools", "This model calls no tools.");
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
            words.addAll(Words.cut(content(message.path("content"))));
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
