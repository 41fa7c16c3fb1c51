package io.tallystick.devstack.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** {@code POST /v1/embeddings}. */
final class EmbeddingsRoute {

    private static final int MOST_INPUTS = 256;
    private static final int MOST_TOKENS = 2_048;
    /** Longer text is not even cut into tokens. */
    private static final int MOST_CHARACTERS = 64 * 1024;

    private final Embedder embedder;

    EmbeddingsRoute(Embedder embedder) {
        this.embedder = embedder;
    }

    ObjectNode answer(JsonNode request) {
        requireModel(request);
        requireDimensions(request);
        var encoding = encoding(request);
        var inputs = inputs(request.path("input"));
        int tokens = tokens(inputs);

        var answer = JsonNodeFactory.instance.objectNode().put("object", "list");
        var data = answer.putArray("data");
        embedder.embed(inputs).forEach(vector -> add(data, vector, encoding));
        answer.put("model", request.path("model").asText());
        answer.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        return answer;
    }

    private static void requireModel(JsonNode request) {
        var model = request.path("model").asText();
        if (!model.equals(Embedder.NAME) && !model.equals(Embedder.NAME_BY_CALL)) {
            throw ApiException.unknownModel(model);
        }
    }

    private static void requireDimensions(JsonNode request) {
        var dimensions = request.path("dimensions");
        if (!dimensions.isMissingNode() && !dimensions.isNull() && dimensions.asInt() != Embedder.DIMENSIONS) {
            throw ApiException.parameter(
                    "dimensions", "This model's vectors have " + Embedder.DIMENSIONS + " dimensions and no fewer.");
        }
    }

    private static Encoding encoding(JsonNode request) {
        return switch (request.path("encoding_format").asText("float")) {
            case "float" -> Encoding.FLOAT;
            case "base64" -> Encoding.BASE64;
            default -> throw ApiException.parameter("encoding_format", "'encoding_format' is 'float' or 'base64'.");
        };
    }

    private static List<String> inputs(JsonNode input) {
        if (input.isTextual()) {
            return List.of(text(input));
        }
        if (!input.isArray() || input.isEmpty()) {
            throw ApiException.parameter("input", "'input' is a string or an array of strings, not empty.");
        }
        if (input.size() > MOST_INPUTS) {
            throw ApiException.parameter("input", "'input' has at most " + MOST_INPUTS + " strings.");
        }
        var inputs = new ArrayList<String>(input.size());
        input.forEach(element -> inputs.add(text(element)));
        return inputs;
    }

    private static String text(JsonNode element) {
        if (element.isNumber() || element.isArray()) {
            throw ApiException.parameter("input", "Arrays of tokens are not accepted: send the text.");
        }
        if (!element.isTextual()) {
            throw ApiException.parameter("input", "'input' is a string or an array of strings.");
        }
        var text = element.asText();
        if (text.isBlank()) {
            throw ApiException.parameter("input", "'input' holds a string without text.");
        }
        if (text.length() > MOST_CHARACTERS) {
            throw tooLong();
        }
        return text;
    }

    private int tokens(List<String> inputs) {
        int sum = 0;
        for (var input : inputs) {
            int tokens = embedder.tokens(input);
            if (tokens > MOST_TOKENS) {
                throw tooLong();
            }
            sum += tokens;
        }
        return sum;
    }

    private static ApiException tooLong() {
        return ApiException.parameter("input", "A string has at most " + MOST_TOKENS + " tokens.");
    }

    private static void add(ArrayNode data, float[] vector, Encoding encoding) {
        var entry = data.addObject().put("object", "embedding").put("index", data.size() - 1);
        switch (encoding) {
            case FLOAT -> {
                var numbers = entry.putArray("embedding");
                for (float number : vector) {
                    numbers.add(number);
                }
            }
            case BASE64 -> {
                var bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(vector);
                entry.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
            }
        }
    }

    private enum Encoding {
        FLOAT,
        BASE64
    }
}
