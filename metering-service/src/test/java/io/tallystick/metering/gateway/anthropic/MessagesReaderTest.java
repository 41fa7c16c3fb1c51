package io.tallystick.metering.gateway.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metering.gateway.openai.AnswerForm;
import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.openai.Bucket;
import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.CallUsage;
import io.tallystick.metering.gateway.openai.Limits;
import io.tallystick.metering.gateway.openai.PaidRoute;
import io.tallystick.metering.gateway.openai.UsageSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request for a message can cost at most, and what its answer did. */
class MessagesReaderTest {
    private static final int TEMPLATE = 64;

    @Test
    void isBoundedByTheBytesOfItsTextAndItsOwnLimit() {
        var call = read(Map.of("system", "be brief"));

        assertThat(call.route()).isEqualTo(PaidRoute.MESSAGES);
        assertThat(call.inputBound()).isBetween("be briefuserhéllo".length() + 32L + TEMPLATE, 200L + TEMPLATE);
        assertThat(call.outputBound()).isEqualTo(77);
        assertThat(call.form()).isEqualTo(AnswerForm.WHOLE);
        assertThat(read(Map.of("stream", true)).form()).isEqualTo(AnswerForm.STREAMED_WITH_USAGE);
    }

    @Test
    void addsWhatTheProviderAddsForTools() {
        var tools = List.of(Map.of("name", "find", "input_schema", Map.of("type", "object")));

        assertThat(read(Map.of("tools", tools)).inputBound())
                .isGreaterThan(read(Map.of()).inputBound() + 1000);
    }

    @Test
    void takesTheBlocksOfAConversationWithTools() {
        var use = Map.of("type", "tool_use", "id", "t1", "name", "find", "input", Map.of("a", 1));
        var result = Map.of("type", "tool_result", "tool_use_id", "t1", "content", "found");

        assertThat(read(Map.of("messages", List.of(message(List.of(use)), message(List.of(result))))))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mcp_servers", "container", "Max_Tokens", "context_management", "x"})
    void aMemberThatCouldCostAnythingIsRefused(String name) {
        assertThat(refused(Map.of(name, List.of())).param()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"image", "document", "search_result", "server_tool_use", "web_search_tool_result"})
    void contentThatBytesDoNotBoundIsRefused(String type) {
        var block = Map.of("type", type);

        assertThat(refused(Map.of("messages", List.of(message(List.of(block))))).code())
                .isEqualTo("unsupported_content");
        var result = Map.of("type", "tool_result", "tool_use_id", "t1", "content", List.of(block));
        assertThat(refused(Map.of("messages", List.of(message(List.of(result)))))
                        .code())
                .isEqualTo("unsupported_content");
        assertThat(refused(Map.of("system", List.of(block))).code()).isEqualTo("unsupported_content");
    }

    @Test
    void toolsThatTheProviderRunsAreRefused() {
        var search = Map.of("type", "web_search_20250305", "name", "web_search");

        assertThat(refused(Map.of("tools", List.of(search))).param()).isEqualTo("tools");
    }

    @Test
    void aLimitAboveTheModelsOrNoneIsRefused() {
        for (var limit : List.<Object>of(0, -1, 1001, "10", 1.5)) {
            assertThat(refused(Map.of("max_tokens", limit)).param()).isEqualTo("max_tokens");
        }
    }

    @Test
    void aModelThatIsNoNameIsRefusedBeforeItsLimitIsLookedUp() {
        assertThat(refused(Map.of("model", 7)).param()).isEqualTo("model");
    }

    @Test
    void splitsUsageIntoBucketsThatDoNotOverlap() {
        var usage = Map.of(
                "input_tokens", 3,
                "cache_creation_input_tokens", 100,
                "cache_read_input_tokens", 20,
                "cache_creation", Map.of("ephemeral_5m_input_tokens", 60, "ephemeral_1h_input_tokens", 40),
                "output_tokens", 7);

        var used = (CallUsage) MessageAnswers.read(read(Map.of()), Map.of("content", List.of(), "usage", usage));

        assertThat(used.source()).isEqualTo(UsageSource.PROVIDER_FINAL);
        assertThat(used.quantities().units())
                .isEqualTo(Map.of(
                        Bucket.REQUESTS, 1L,
                        Bucket.INPUT_UNCACHED, 3L,
                        Bucket.CACHE_READ, 20L,
                        Bucket.CACHE_WRITE_5M, 60L,
                        Bucket.CACHE_WRITE_1H, 40L,
                        Bucket.OUTPUT_TEXT, 7L));
    }

    @Test
    void takesCacheWritesForShortOnesWhereNobodySaysHowLong() {
        var usage = Map.of("input_tokens", 3, "cache_creation_input_tokens", 100, "output_tokens", 7);

        var used = (CallUsage) MessageAnswers.read(read(Map.of()), Map.of("content", List.of(), "usage", usage));

        assertThat(used.quantities().of(Bucket.CACHE_WRITE_5M)).isEqualTo(100);
    }

    private static CallRequest read(Map<String, Object> more) {
        return (CallRequest) new MessagesReader(new Limits(1000, Map.of(), 4, 8, TEMPLATE)).read(request(more));
    }

    private static ApiError refused(Map<String, Object> more) {
        return (ApiError) new MessagesReader(new Limits(1000, Map.of(), 4, 8, TEMPLATE)).read(request(more));
    }

    private static Map<String, Object> request(Map<String, Object> more) {
        var request = new HashMap<String, Object>(
                Map.of("model", "m", "max_tokens", 77, "messages", List.of(message("héllo"))));
        request.putAll(more);
        return request;
    }

    private static Map<String, Object> message(Object content) {
        return Map.of("role", "user", "content", content);
    }
}
