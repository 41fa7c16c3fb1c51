package io.tallystick.devstack.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystick.devstack.process.Checkout;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What OpenAI's clients see, and Anthropic's. */
class ModelServerTest {

    static final ObjectMapper JSON = new ObjectMapper();
    static final HttpClient HTTP = HttpClient.newHttpClient();
    static ModelServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ModelServer.start(0, Checkout.here().root());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Nested
    class Embeddings {

        @Test
        void ofRelatedSentencesAreCloserThanOfUnrelatedOnes() throws Exception {
            var answer = post(200, "/v1/embeddings", embeddings("""
                    ["How do I pay my invoice?", "Where can I settle my bill?", "The cat sleeps on the warm roof."]"""));

            var bill = vector(answer, 0);
            assertThat(cosine(bill, vector(answer, 1))).isGreaterThan(cosine(bill, vector(answer, 2)) + 0.2);
            assertThat(cosine(bill, bill)).isBetween(0.999, 1.001);
        }

        @Test
        void countsTheTokensOfItsVocabularyOverAllInputs() throws Exception {
            var one = post(200, "/v1/embeddings", embeddings("\"metering\""));
            var both = post(200, "/v1/embeddings", embeddings("[\"metering\", \"hello world\"]"));

            // The vocabulary has "hello" and "world", and cuts "metering" into "meter" and "##ing".
            assertThat(one.at("/usage/prompt_tokens").intValue()).isEqualTo(2);
            assertThat(both.at("/usage/prompt_tokens").intValue()).isEqualTo(4);
            assertThat(both.at("/usage/total_tokens").intValue()).isEqualTo(4);
            assertThat(both.at("/data/1/index").intValue()).isEqualTo(1);
        }

        @Test
        void areTheSameInBase64() throws Exception {
            var body = "{\"model\":\"all-minilm-l6-v2\",\"input\":\"a tally\",\"encoding_format\":\"%s\"}";
            var floats = vector(post(200, "/v1/embeddings", body.formatted("float")), 0);
            var base64 = post(200, "/v1/embeddings", body.formatted("base64"))
                    .at("/data/0/embedding")
                    .asText();

            var decoded = new float[384];
            ByteBuffer.wrap(Base64.getDecoder().decode(base64))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(decoded);

            assertThat(decoded).containsExactly(floats);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                        [1, 2, 3]        | Arrays of tokens
                        [[1, 2], [3]]    | Arrays of tokens
                        []               | not empty
                        ""               | without text
                        {"text": "x"}    | string or an array
                        [null]           | string or an array
                        """)
        void refuseOtherInputs(String input, String message) throws Exception {
            var error = post(400, "/v1/embeddings", embeddings(input)).path("error");

            assertThat(error.path("message").asText()).contains(message);
            assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
            assertThat(error.path("param").asText()).isEqualTo("input");
        }

        @Test
        void refuseTextBeyondTheBound() throws Exception {
            var error = post(400, "/v1/embeddings", embeddings("\"" + "tally ".repeat(2049) + "\""));

            assertThat(error.at("/error/message").asText()).contains("2048 tokens");
            post(200, "/v1/embeddings", embeddings("\"" + "tally ".repeat(2) + "\""));
        }

        @Test
        void refuseOtherModels() throws Exception {
            var error = post(404, "/v1/embeddings", "{\"model\":\"tallystick-ngram\",\"input\":\"x\"}");

            assertThat(error.at("/error/code").asText()).isEqualTo("model_not_found");
        }
    }

    @Nested
    class Chat {

        @Test
        void saysTheSameForTheSameSeed() throws Exception {
            var body = chat("\"seed\": 7, \"max_completion_tokens\": 40");

            var answer = post(200, "/v1/chat/completions", body);

            assertThat(answer.at("/choices/0/message/content").asText()).isNotBlank();
            assertThat(post(200, "/v1/chat/completions", body).at("/choices/0/message/content"))
                    .isEqualTo(answer.at("/choices/0/message/content"));
        }

        @Test
        void streamsWhatItWouldSayInOnePiece() throws Exception {
            var seed = "\"seed\": 7, \"max_tokens\": 40";
            var whole = post(200, "/v1/chat/completions", chat(seed));

            var plain = stream(chat(seed + ", \"stream\": true"));
            var counted = stream(chat(seed + ", \"stream\": true, \"stream_options\": {\"include_usage\": true}"));

            assertThat(said(plain))
                    .isEqualTo(whole.at("/choices/0/message/content").asText());
            assertThat(plain).endsWith("data: [DONE]\n\n").doesNotContain("usage");
            assertThat(said(counted)).isEqualTo(said(plain));
            assertThat(counted).contains("\"choices\":[],\"usage\":" + whole.path("usage"));
        }

        @Test
        void breaksOffWhereItIsAskedTo() {
            assertThatThrownBy(() -> stream(chat("\"stream\": true, \"user\": \"break:2\"")))
                    .isInstanceOf(IOException.class);
        }

        @Test
        void failsAsItIsAskedTo() throws Exception {
            var error = post(429, "/v1/chat/completions", chat("\"user\": \"fail:429\""));

            assertThat(error.at("/error/code").asText()).isEqualTo("rate_limit_exceeded");
        }

        @Test
        void countsWhatItReadAndWhatItWrote() throws Exception {
            var answer = post(200, "/v1/chat/completions", chat("\"seed\": 1, \"max_tokens\": 3"));

            var said = answer.at("/choices/0/message/content").asText();
            // What does the chain change ?
            assertThat(answer.at("/usage/prompt_tokens").intValue()).isEqualTo(6);
            assertThat(answer.at("/usage/completion_tokens").intValue())
                    .isEqualTo(Words.cut(said).size())
                    .isLessThanOrEqualTo(3);
            assertThat(answer.at("/usage/total_tokens").intValue())
                    .isEqualTo(6 + Words.cut(said).size());
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                        "n": 2                  | n
                        "max_tokens": 0         | max_tokens
                        "max_tokens": 99999999  | max_tokens
                        "temperature": 2.5      | temperature
                        "seed": 1.5             | seed
                        "stop": ""              | stop
                        """)
        void refusesWhatItCannotDoAndNamesIt(String field, String parameter) throws Exception {
            var error = post(400, "/v1/chat/completions", chat(field)).path("error");

            assertThat(error.path("param").asText()).isEqualTo(parameter);
            assertThat(error.path("message").asText()).isNotBlank();
        }
    }

    @Nested
    class Messages {

        @Test
        void streamsWhatItWouldSayInOnePiece() throws Exception {
            var whole = post(200, "/v1/messages", chat("\"max_tokens\": 40"));

            var streamed = stream("/v1/messages", chat("\"max_tokens\": 40, \"stream\": true"));

            assertThat(names(streamed).stream().distinct())
                    .containsExactly(
                            "message_start",
                            "content_block_start",
                            "ping",
                            "content_block_delta",
                            "content_block_stop",
                            "message_delta",
                            "message_stop");
            assertThat(pieces(streamed, "/delta/text"))
                    .isEqualTo(whole.at("/content/0/text").asText());
            assertThat(streamed).contains("\"usage\":{\"output_tokens\":" + whole.at("/usage/output_tokens") + "}");
        }

        @Test
        void callsAToolInPiecesOfItsInput() throws Exception {
            var tools = "\"max_tokens\": 40, \"tools\": [{\"name\": \"find\", \"input_schema\": {\"type\": \"object\","
                    + "\"properties\": {\"payer\": {\"type\": \"string\"}}}}]";
            var whole = post(200, "/v1/messages", chat(tools));

            var streamed = stream("/v1/messages", chat(tools + ", \"stream\": true"));

            assertThat(whole.path("stop_reason").asText()).isEqualTo("tool_use");
            assertThat(whole.at("/content/0/type").asText()).isEqualTo("tool_use");
            assertThat(JSON.readTree(pieces(streamed, "/delta/partial_json"))).isEqualTo(whole.at("/content/0/input"));
        }

        @Test
        void countsTheTokensThatItWouldRead() throws Exception {
            var counted = post(200, "/v1/messages/count_tokens", chat("\"temperature\": 1"));

            assertThat(counted.path("input_tokens").intValue())
                    .isEqualTo(6)
                    .isEqualTo(post(200, "/v1/messages", chat("\"max_tokens\": 1"))
                            .at("/usage/input_tokens")
                            .intValue());
        }

        @ParameterizedTest
        @CsvSource({
            "400, invalid_request_error",
            "429, rate_limit_error",
            "500, api_error",
            "529, overloaded_error",
        })
        void failsAsItIsAskedTo(int status, String type) throws Exception {
            var error = post(status, "/v1/messages", chat("\"metadata\": {\"user_id\": \"fail:" + status + "\"}"));

            assertThat(error.path("type").asText()).isEqualTo("error");
            assertThat(error.at("/error/type").asText()).isEqualTo(type);
        }

        @Test
        void refusesARequestWithoutALimit() throws Exception {
            assertThat(post(400, "/v1/messages", chat("\"temperature\": 1"))
                            .at("/error/type")
                            .asText())
                    .isEqualTo("invalid_request_error");
        }

        private static List<String> names(String events) {
            return events.lines()
                    .filter(line -> line.startsWith("event: "))
                    .map(line -> line.substring("event: ".length()))
                    .toList();
        }

        private static String pieces(String events, String where) throws IOException {
            var text = new StringBuilder();
            for (var line :
                    events.lines().filter(line -> line.startsWith("data: ")).toList()) {
                text.append(JSON.readTree(line.substring("data: ".length()))
                        .at(where)
                        .asText());
            }
            return text.toString();
        }
    }

    @Test
    void listsItsModels() throws Exception {
        var answer = send(200, HttpRequest.newBuilder(uri("/v1/models")));

        assertThat(answer.path("data").findValuesAsText("id"))
                .containsExactly("all-minilm-l6-v2", "all-minilm-l6-v2-by-call", "tallystick-ngram");
    }

    @Test
    void answersMistakesInTheShapeOfTheApi() throws Exception {
        assertThat(post(400, "/v1/embeddings", "{").at("/error/code").asText()).isEqualTo("invalid_json");
        assertThat(post(404, "/v1/other", "{}").at("/error/code").asText()).isEqualTo("unknown_url");
        assertThat(post(413, "/v1/embeddings", " ".repeat(1024 * 1024 + 1))
                        .at("/error/code")
                        .asText())
                .isEqualTo("request_too_large");
    }

    static String embeddings(String input) {
        return "{\"model\":\"all-minilm-l6-v2\",\"input\":" + input + "}";
    }

    /** The same in both APIs. */
    static String chat(String more) {
        return "{\"model\":\"tallystick-ngram\",\"messages\":"
                + "[{\"role\":\"user\",\"content\":\"What does the chain change?\"}]," + more + "}";
    }

    static String stream(String body) throws IOException, InterruptedException {
        return stream("/v1/chat/completions", body);
    }

    static String stream(String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body));
        var answer = HTTP.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        return answer.body();
    }

    static String said(String events) throws IOException {
        var text = new StringBuilder();
        for (var event : events.split("\n\n", -1)) {
            if (event.startsWith("data: {")) {
                text.append(JSON.readTree(event.substring("data: ".length()))
                        .at("/choices/0/delta/content")
                        .asText());
            }
        }
        return text.toString();
    }

    static JsonNode post(int status, String path, String body) throws IOException, InterruptedException {
        return send(status, HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body)));
    }

    static JsonNode send(int status, HttpRequest.Builder request) throws IOException, InterruptedException {
        var answer = HTTP.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }

    static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    static float[] vector(JsonNode answer, int index) {
        var numbers = answer.at("/data/" + index + "/embedding");
        var vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = numbers.get(i).floatValue();
        }
        return vector;
    }

    static double cosine(float[] a, float[] b) {
        double product = 0;
        double lengthA = 0;
        double lengthB = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            lengthA += a[i] * a[i];
            lengthB += b[i] * b[i];
        }
        return product / Math.sqrt(lengthA * lengthB);
    }
}
