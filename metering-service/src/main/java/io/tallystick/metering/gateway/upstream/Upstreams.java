package io.tallystick.metering.gateway.upstream;

import io.tallystick.metering.gateway.call.ModelServer.Standing;
import io.tallystick.metering.gateway.upstream.route.RoutingTable;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/** All upstreams and the table that says which of them serves what. */
public final class Upstreams {
    /** What a client is told to wait if nothing says how long. */
    private static final Duration SOON = Duration.ofSeconds(2);

    private final Map<String, Door> doors = new LinkedHashMap<>();
    private final RoutingTable table;
    private final int mostTries;
    private final IntUnaryOperator random;

    /** @param random a number from 0 to below the one given */
    Upstreams(List<Door> doors, RoutingTable table, int mostTries, IntUnaryOperator random) {
        doors.forEach(door -> this.doors.put(door.upstream().name(), door));
        this.table = table;
        this.mostTries = mostTries;
        this.random = random;
        for (var name : table.upstreams()) {
            if (!this.doors.containsKey(name)) {
                throw new IllegalArgumentException("there is no upstream " + name + ": set its url, or name one of "
                        + String.join(", ", this.doors.keySet()));
            }
        }
    }

    /** Where a call may go; empty if nobody serves this path and model. */
    public Optional<Choice> choose(String path, String model, Instant deadline) {
        var legs = legs(path, model);
        return legs.isEmpty() ? Optional.empty() : Optional.of(new Choice(legs, mostTries, deadline));
    }

    /** Where something is asked beside the calls; empty if nobody who serves this path and model can be asked now. */
    Optional<Choice.Leg> aside(String path, String model, Instant now) {
        return legs(path, model).stream()
                .filter(leg -> leg.door().closedFor(now).isZero())
                .findFirst();
    }

    /** Whether a call would go anywhere now. */
    public Standing standing(String path, String model, Instant now) {
        var legs = legs(path, model);
        if (legs.isEmpty()) {
            return Standing.NotServed.NOT_SERVED;
        }
        if (legs.stream().anyMatch(leg -> leg.door().isOpen(now))) {
            return Standing.Open.OPEN;
        }
        var wait = legs.stream()
                .map(leg -> leg.door().closedFor(now))
                .min(Duration::compareTo)
                .orElseThrow();
        return new Standing.Busy(wait.compareTo(SOON) > 0 ? wait : SOON);
    }

    /** The names by which clients get what {@code upstream} calls {@code model}. */
    Set<String> clientNames(String upstream, String model) {
        return table.clientNames(upstream, model);
    }

    public List<Door> doors() {
        return List.copyOf(doors.values());
    }

    /** The one upstream, if it serves each model under its own name. */
    Optional<Door> only() {
        return table.passesAll() && doors.size() == 1
                ? Optional.of(doors.values().iterator().next())
                : Optional.empty();
    }

    /** Those that no route names. */
    public List<String> idle() {
        return doors.keySet().stream()
                .filter(name -> !table.upstreams().contains(name))
                .toList();
    }

    private List<Choice.Leg> legs(String path, String model) {
        return table.rule(model).stream()
                .flatMap(rule -> rule.drawn(random).stream()
                        .map(target ->
                                new Choice.Leg(doors.get(target.upstream()), RoutingTable.name(rule, target, model))))
                .filter(leg -> leg.door().upstream().kind().serves(path))
                .toList();
    }
}
