package io.tallystick.metering.gateway.stream;

import io.tallystick.metering.gateway.openai.AnswerForm;
import io.tallystick.metering.gateway.openai.Answers;
import io.tallystick.metering.gateway.openai.Bucket;
import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.CallUsage;
import io.tallystick.metering.gateway.openai.Quantities;
import io.tallystick.metering.gateway.openai.UsageSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/** Follows the events of a streamed chat for what it used so far. */
final class ChatUsage implements StreamUsage {
    /** Where model servers put what a model thinks, beside what it says. */
    private static final Set<String> THOUGHTS = Set.of("reasoning", "reasoning_content");

    private static final Set<String> NOT_GENERATED = Set.of("role", "index", "id", "type");

    private final CallRequest request;
    private final ToLongFunction<String> tokens;
    private final Map<Object, Boolean> finished = new HashMap<>();
    private Optional<Quantities> told = Optional.empty();
    private boolean toldAtTheEnd;
    private long text;
    private long thoughts;

    ChatUsage(CallRequest request, ToLongFunction<String> tokens) {
        this.request = request;
        this.tokens = tokens;
    }

    /** Hides the usage that only we asked for. The last event is no object. */
    @Override
    public Step read(Map<String, Object> event) {
        if (!(event.get("choices") instanceof List<?> choices)) {
            return Step.PASS;
        }
        choices.forEach(this::choice);
        if (!(event.get("usage") instanceof Map<?, ?> usage)) {
            return Step.PASS;
        }
        Answers.chatUsage(usage).ifPresent(quantities -> {
            told = Optional.of(quantities);
            toldAtTheEnd = choices.isEmpty() || isFinished();
        });
        return choices.isEmpty() && request.form() == AnswerForm.STREAMED ? Step.HIDE : Step.PASS;
    }

    @Override
    public boolean hasOutput() {
        return text + thoughts > 0 || told.filter(ChatUsage::hasOutput).isPresent();
    }

    private static boolean hasOutput(Quantities quantities) {
        return quantities.of(Bucket.OUTPUT_TEXT) + quantities.of(Bucket.OUTPUT_REASONING) > 0;
    }

    /** Whether each choice said why it ended. */
    @Override
    public boolean isFinished() {
        return !finished.isEmpty() && finished.values().stream().allMatch(end -> end);
    }

    @Override
    public Optional<CallUsage> told() {
        return told.map(quantities ->
                new CallUsage(quantities, toldAtTheEnd ? UsageSource.PROVIDER_FINAL : UsageSource.PROVIDER_PARTIAL));
    }

    @Override
    public CallUsage counted(long promptTokens) {
        long reasoning = Math.min(thoughts, request.outputBound());
        return new CallUsage(
                Quantities.oneRequest()
                        .with(Bucket.INPUT_UNCACHED, Math.min(promptTokens, request.inputBound()))
                        .with(Bucket.OUTPUT_REASONING, reasoning)
                        .with(Bucket.OUTPUT_TEXT, Math.min(text, request.outputBound() - reasoning)),
                UsageSource.COUNTED);
    }

    private void choice(Object choice) {
        if (choice instanceof Map<?, ?> members) {
            var end = members.get("finish_reason") != null;
            finished.merge(String.valueOf(members.get("index")), end, Boolean::logicalOr);
            if (members.get("delta") instanceof Map<?, ?> delta) {
                delta.forEach((name, value) -> {
                    if (THOUGHTS.contains(name)) {
                        thoughts += count(value);
                    } else if (!NOT_GENERATED.contains(name)) {
                        text += count(value);
                    }
                });
            }
        }
    }

    private long count(Object value) {
        return switch (value) {
            case String written -> written.isEmpty() ? 0 : tokens.applyAsLong(written);
            case Map<?, ?> members ->
                members.entrySet().stream()
                        .filter(member -> !NOT_GENERATED.contains(member.getKey()))
                        .mapToLong(member -> count(member.getValue()))
                        .sum();
            case Collection<?> items -> items.stream().mapToLong(this::count).sum();
            case null, default -> 0;
        };
    }
}
