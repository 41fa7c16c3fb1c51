package io.tallystick.metering.gateway.stream;

import io.tallystick.metering.gateway.anthropic.MessageAnswers;
import io.tallystick.metering.gateway.openai.Bucket;
import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.CallUsage;
import io.tallystick.metering.gateway.openai.Quantities;
import io.tallystick.metering.gateway.openai.Text;
import io.tallystick.metering.gateway.openai.UsageSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Anthropic's events. The input is told at the start; what is told of the output is a running total, and the last one
 * counts. A stream that was cut has the input from the model server and the output from here.
 */
final class MessagesUsage implements StreamUsage {
    private static final String OUTPUT = "output_tokens";
    private static final String WRITTEN = "cache_creation";
    private static final List<String> INPUT =
            List.of("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens");

    /** What the model generates in a block, which pieces of it come as; their ends are taken for ends of tokens. */
    private static final List<String> GENERATED = List.of("text", "name", "partial_json", "thinking");

    private final CallRequest request;
    private final ToLongFunction<String> tokens;
    private final Map<String, Object> usage = new HashMap<>();
    private long generated;
    private boolean begun;
    private boolean stopped;
    private boolean toldAtTheEnd;

    MessagesUsage(CallRequest request, ToLongFunction<String> tokens) {
        this.request = request;
        this.tokens = tokens;
    }

    @Override
    public Step read(Map<String, Object> event) {
        switch (String.valueOf(event.get("type"))) {
            case "message_start" -> {
                if (event.get("message") instanceof Map<?, ?> message) {
                    merge(message.get("usage"));
                }
            }
            case "content_block_start" -> begin(event.get("content_block"));
            case "content_block_delta" -> add(event.get("delta"));
            case "message_delta" -> end(event);
            case "message_stop" -> {
                return Step.LAST;
            }
            default -> {
                // A ping, the end of a block, or an error that is the client's to read.
            }
        }
        return Step.PASS;
    }

    private void merge(Object told) {
        if (told instanceof Map<?, ?> members) {
            INPUT.forEach(name -> mergeInput(name, members.get(name)));
            if (members.get(OUTPUT) instanceof Number number) {
                usage.put(OUTPUT, number);
            }
            if (members.get(WRITTEN) instanceof Map<?, ?> parts) {
                usage.put(WRITTEN, parts);
            }
        }
    }

    /** Some servers tell the input again at the end, as nothing. */
    private void mergeInput(String name, Object value) {
        if (value instanceof Number number
                && !(usage.get(name) instanceof Number before && before.longValue() > number.longValue())) {
            usage.put(name, number);
        }
    }

    private void begin(Object block) {
        if (block instanceof Map<?, ?> members) {
            // Thoughts may come without their text, or as data that only the provider reads.
            begun |= !"text".equals(members.get("type"));
            count(members);
            if (members.get("data") instanceof String data) {
                generated += Text.estimatedTokens(Text.bytes(data));
            }
        }
    }

    /** This API charges thinking as output, so it is not told apart. */
    private void add(Object delta) {
        if (delta instanceof Map<?, ?> members) {
            count(members);
        }
    }

    private void count(Map<?, ?> members) {
        for (var name : GENERATED) {
            if (members.get(name) instanceof String piece && !piece.isEmpty()) {
                generated += tokens.applyAsLong(piece);
            }
        }
    }

    private void end(Map<String, Object> event) {
        merge(event.get("usage"));
        stopped |= event.get("delta") instanceof Map<?, ?> delta && delta.get("stop_reason") != null;
        toldAtTheEnd |= stopped && event.get("usage") instanceof Map<?, ?> told && MessageAnswers.hasOutput(told);
    }

    @Override
    public boolean hasOutput() {
        return begun || generated > 0;
    }

    @Override
    public boolean isFinished() {
        return stopped;
    }

    @Override
    public Optional<CallUsage> told() {
        if (!MessageAnswers.hasInput(usage)) {
            return Optional.empty();
        }
        var quantities = MessageAnswers.quantities(usage);
        if (toldAtTheEnd) {
            return Optional.of(new CallUsage(quantities, UsageSource.PROVIDER_FINAL));
        }
        var output = Math.max(quantities.of(Bucket.OUTPUT_TEXT), counted());
        return Optional.of(new CallUsage(quantities.with(Bucket.OUTPUT_TEXT, output), UsageSource.PROVIDER_PARTIAL));
    }

    @Override
    public CallUsage counted(long promptTokens) {
        return new CallUsage(
                Quantities.oneRequest()
                        .with(Bucket.INPUT_UNCACHED, Math.min(promptTokens, request.inputBound()))
                        .with(Bucket.OUTPUT_TEXT, counted()),
                UsageSource.COUNTED);
    }

    /** All that came, and never more than the call could use. */
    private long counted() {
        return Math.min(generated, request.outputBound());
    }
}
