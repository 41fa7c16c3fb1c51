package io.tallystick.metering.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallystick.metering.gateway.anthropic.MessageAnswers;
import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.ModelAnswer;
import io.tallystick.metering.gateway.call.PaidCalls.AnswerReader;
import io.tallystick.metering.gateway.openai.AnswerReading;
import io.tallystick.metering.gateway.openai.Answers;
import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.PaidRoute;
import io.tallystick.metering.gateway.upstream.ConfiguredUpstreams;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * JSON bodies as maps and lists. A request is read strictly (UTF-8, no name twice, nothing after the end), because the
 * model server must not be able to see another request in the same bytes.
 */
@ApplicationScoped
class JsonBodies implements AnswerReader {
    /** Of an answer, whatever its API. */
    private static final Set<String> READ = Set.of("choices", "content", "usage");

    private static final int DEEPEST = 64;
    private static final int LONGEST_NUMBER = 64;

    private final JsonMapper json;

    JsonBodies(GatewayConfig config, ConfiguredUpstreams upstreams) {
        var constraints = StreamReadConstraints.builder()
                .maxNestingDepth(DEEPEST)
                .maxNumberLength(LONGEST_NUMBER)
                .maxStringLength(Math.max(config.maxBodyBytes(), upstreams.mostAnswerBytes()))
                .build();
        var factory = JsonFactory.builder()
                .streamReadConstraints(constraints)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        json = JsonMapper.builder(factory).build();
    }

    /** The object that a request's body is; empty if it is none. */
    Optional<Map<String, Object>> request(Body body) {
        try (var parser = parser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            Map<String, Object> object = parser.readValueAs(new TypeReference<Map<String, Object>>() {});
            return parser.nextToken() == null ? Optional.of(object) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public AnswerReading read(CallRequest request, ModelAnswer.Answered answer) {
        try (var parser = parser(answer.body())) {
            var members = members(parser);
            return request.route() == PaidRoute.MESSAGES
                    ? MessageAnswers.read(request, members)
                    : Answers.read(request, members);
        } catch (IOException e) {
            return AnswerReading.NotAnAnswer.NOT_AN_ANSWER;
        }
    }

    /** Only what usage is read from is kept: the vectors of an embeddings answer may be millions of numbers. */
    private static Map<String, Object> members(JsonParser parser) throws IOException {
        var members = new HashMap<String, Object>();
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return members;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            var first = parser.nextToken();
            if (READ.contains(name)) {
                members.put(name, parser.readValueAs(Object.class));
            } else {
                parser.skipChildren();
                members.put(name, first == JsonToken.START_ARRAY ? List.of() : name);
            }
        }
        return parser.nextToken() == null ? members : Map.of();
    }

    private JsonParser parser(Body body) throws IOException {
        // Decoded here, because the parser would otherwise guess UTF-16 and UTF-32.
        return json.createParser(
                UTF_8.newDecoder().decode(ByteBuffer.wrap(body.bytes())).toString());
    }
}
