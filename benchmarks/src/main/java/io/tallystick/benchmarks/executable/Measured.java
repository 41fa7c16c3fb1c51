package io.tallystick.benchmarks.executable;

import io.tallystick.devstack.installation.Service;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** All that was measured of one kind, by service and variant, in the order in which it was. */
final class Measured<T> {

    private final Map<Service, Map<Variant, List<T>>> values = new EnumMap<>(Service.class);

    void add(Service service, Variant variant, T value) {
        values.computeIfAbsent(service, _ -> new EnumMap<>(Variant.class))
                .computeIfAbsent(variant, _ -> new ArrayList<>())
                .add(value);
    }

    List<T> of(Service service, Variant variant) {
        return Optional.ofNullable(values.get(service))
                .map(variants -> variants.get(variant))
                .map(List::copyOf)
                .orElse(List.of());
    }

    /** @throws IllegalArgumentException if nothing was measured */
    Spread spread(Service service, Variant variant, ToDoubleFunction<T> figure) {
        return Spread.of(
                of(service, variant).stream().map(figure::applyAsDouble).toList());
    }
}
