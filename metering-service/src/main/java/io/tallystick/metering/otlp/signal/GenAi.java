package io.tallystick.metering.otlp.signal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Usage by OpenTelemetry's conventions for generative AI, split into buckets that share nothing. The conventions' input
 * count contains what was read from and written to a cache, and their output count what was spent on reasoning.
 */
public final class GenAi {
    /** Name of the metric that counts tokens. */
    public static final String TOKEN_METRIC = "gen_ai.client.token.usage";

    /** An agent's or a workflow's span repeats the tokens of the calls within; what is fetched again was paid before. */
    private static final Set<String> CALLS = Set.of("chat", "text_completion", "generate_content", "embeddings", "");

    private static final List<String> INPUT = List.of("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens");
    private static final List<String> OUTPUT = List.of("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens");
    private static final List<String> MODEL = List.of("gen_ai.response.model", "gen_ai.request.model");
    private static final List<String> PROVIDER = List.of("gen_ai.provider.name", "gen_ai.system");
    private static final String OPERATION = "gen_ai.operation.name";
    private static final long MOST_TOKENS = 1_000_000_000_000L;

    private GenAi() {}

    /**
     * What a call used.
     *
     * @param buckets tokens by bucket, without those of none
     * @param texts model, provider and operation, without those that are not known
     */
    public record Usage(Map<String, String> buckets, Map<String, String> texts) {
        public Usage {
            buckets = Map.copyOf(buckets);
            texts = Map.copyOf(texts);
        }
    }

    /** Empty if the span is not of a call, or tells of no tokens. */
    public static Optional<Usage> of(Span span) {
        var attributes = span.attributes();
        var input = tokens(attributes, INPUT);
        var output = tokens(attributes, OUTPUT);
        if (!CALLS.contains(attributes.getOrDefault(OPERATION, "")) || (input.isEmpty() && output.isEmpty())) {
            return Optional.empty();
        }
        var read = tokens(attributes, List.of("gen_ai.usage.cache_read.input_tokens"))
                .orElse(0L);
        var written = tokens(attributes, List.of("gen_ai.usage.cache_creation.input_tokens"))
                .orElse(0L);
        var reasoning = tokens(attributes, List.of("gen_ai.usage.reasoning.output_tokens"))
                .orElse(0L);
        var buckets = new LinkedHashMap<String, String>();
        buckets.put("requests", "1");
        put(buckets, "input_uncached", without(input.orElse(0L), read + written));
        put(buckets, "cache_read", read);
        put(buckets, "cache_write_5m", written);
        put(buckets, "output_text", without(output.orElse(0L), reasoning));
        put(buckets, "output_reasoning", reasoning);
        return Optional.of(new Usage(buckets, texts(attributes)));
    }

    /** The bucket that the point of {@link #TOKEN_METRIC} counts; empty if it is of none. */
    public static Optional<String> bucket(Point point) {
        var type = point.attributes().getOrDefault("gen_ai.token.type", "");
        if (!point.metric().equals(TOKEN_METRIC)
                || !CALLS.contains(point.attributes().getOrDefault(OPERATION, ""))) {
            return Optional.empty();
        }
        return switch (type) {
            case "input" -> Optional.of("input_uncached");
            case "output", "completion" -> Optional.of("output_text");
            default -> Optional.empty();
        };
    }

    /** Model, provider and operation. */
    public static Map<String, String> texts(Map<String, String> attributes) {
        var texts = new LinkedHashMap<String, String>();
        first(attributes, MODEL).ifPresent(model -> texts.put("model", model));
        first(attributes, PROVIDER).ifPresent(provider -> texts.put("provider", provider));
        first(attributes, List.of(OPERATION)).ifPresent(operation -> texts.put("operation", operation));
        return texts;
    }

    /** A sender whose whole is smaller than a part counts that part apart. */
    private static long without(long whole, long part) {
        return whole >= part ? whole - part : whole;
    }

    private static void put(Map<String, String> buckets, String bucket, long tokens) {
        if (tokens > 0) {
            buckets.put(bucket, Long.toString(tokens));
        }
    }

    private static Optional<Long> tokens(Map<String, String> attributes, List<String> names) {
        return first(attributes, names)
                .filter(text -> text.matches("[0-9]{1,13}"))
                .map(Long::valueOf)
                .filter(tokens -> tokens <= MOST_TOKENS);
    }

    private static Optional<String> first(Map<String, String> attributes, List<String> names) {
        return names.stream()
                .flatMap(name -> Stream.ofNullable(attributes.get(name)))
                .findFirst();
    }
}
