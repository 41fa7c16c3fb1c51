package io.tallystick.metering.gateway.upstream.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;

/**
 * Which models are served, and where. A name goes by the rule that is closest to it: one without {@code *} before all
 * others, then the one that prescribes the most characters, then the one written first.
 */
public final class RoutingTable {
    private final List<Rule> rules;

    /** @param rules as they are written */
    public RoutingTable(List<Rule> rules) {
        var patterns = new HashSet<ModelPattern>();
        rules.stream().filter(rule -> !patterns.add(rule.model())).findFirst().ifPresent(twice -> {
            throw new IllegalArgumentException(
                    "the model " + twice.model() + " has two routes: put all targets in one");
        });
        this.rules = rules.stream()
                .sorted(Comparator.comparing((Rule rule) -> rule.model().wild())
                        .thenComparing(rule -> -rule.model().literals()))
                .toList();
    }

    /** @param targets at least one, each of another upstream */
    public record Rule(ModelPattern model, List<Target> targets) {
        public Rule {
            targets = List.copyOf(targets);
            if (targets.isEmpty()) {
                throw new IllegalArgumentException("name an upstream that serves it");
            }
            var names = new HashSet<String>();
            targets.stream()
                    .map(Target::upstream)
                    .filter(name -> !names.add(name))
                    .findFirst()
                    .ifPresent(twice -> {
                        throw new IllegalArgumentException(
                                "the upstream " + twice + " is named twice: give it one weight");
                    });
            if (targets.stream()
                            .anyMatch(target ->
                                    target.rename().map(ModelPattern::wild).orElse(false))
                    && !model.wild()) {
                throw new IllegalArgumentException("a * in the upstream's name of the model needs one in the route's");
            }
        }

        /** The targets by their order; those of one order as chance and their weights have it. */
        public List<Target> drawn(IntUnaryOperator random) {
            var waiting = new ArrayList<>(targets);
            var drawn = new ArrayList<Target>(targets.size());
            while (!waiting.isEmpty()) {
                int order = waiting.stream().mapToInt(Target::order).min().orElseThrow();
                var equals = waiting.stream()
                        .filter(target -> target.order() == order)
                        .toList();
                var next = equals.size() == 1 ? equals.getFirst() : byWeight(equals, random);
                drawn.add(next);
                waiting.remove(next);
            }
            return drawn;
        }

        private static Target byWeight(List<Target> targets, IntUnaryOperator random) {
            int left =
                    random.applyAsInt(targets.stream().mapToInt(Target::weight).sum());
            for (var target : targets) {
                left -= target.weight();
                if (left < 0) {
                    return target;
                }
            }
            throw new IllegalStateException("a random number above its bound");
        }
    }

    /**
     * An upstream that serves a model.
     *
     * @param order lower is asked first
     * @param weight its share among those of the same order
     * @param rename what the model is called there, if it is not what clients call it
     */
    public record Target(String upstream, int order, int weight, Optional<ModelPattern> rename) {
        public Target {
            if (order < 0 || order > 100 || weight < 1 || weight > 1000) {
                throw new IllegalArgumentException("set order from 0 to 100 and weight from 1 to 1000");
            }
        }

        private String nameOf(String model, String middle) {
            return rename.map(pattern -> pattern.with(middle)).orElse(model);
        }
    }

    /** The rule that {@code model} goes by. */
    public Optional<Rule> rule(String model) {
        return rules.stream()
                .filter(rule -> rule.model().match(model).isPresent())
                .findFirst();
    }

    /** What {@code target} calls {@code model}, which is of {@code rule}. */
    public static String name(Rule rule, Target target, String model) {
        return target.nameOf(model, rule.model().match(model).orElseThrow());
    }

    /** The names by which clients get what {@code upstream} calls {@code model}. */
    public Set<String> clientNames(String upstream, String model) {
        var names = new TreeSet<String>();
        for (var rule : rules) {
            for (var target : rule.targets()) {
                if (target.upstream().equals(upstream)) {
                    clientName(rule, target, model)
                            .filter(name -> rule(name).equals(Optional.of(rule)))
                            .ifPresent(names::add);
                }
            }
        }
        return names;
    }

    private static Optional<String> clientName(Rule rule, Target target, String model) {
        if (target.rename().isEmpty()) {
            return rule.model().match(model).map(_ -> model);
        }
        var there = target.rename().get();
        // One name there for many here: which of the many to list, nobody can say.
        return there.wild() || !rule.model().wild() ? there.match(model).map(rule.model()::with) : Optional.empty();
    }

    /** Whether each model goes to the one upstream there is, under its own name. */
    public boolean passesAll() {
        return rules.size() == 1
                && rules.getFirst().model().literals() == 0
                && rules.getFirst().targets().size() == 1
                && rules.getFirst().targets().getFirst().rename().isEmpty();
    }

    public Set<String> upstreams() {
        var names = new TreeSet<String>();
        rules.forEach(rule -> rule.targets().forEach(target -> names.add(target.upstream())));
        return names;
    }
}
