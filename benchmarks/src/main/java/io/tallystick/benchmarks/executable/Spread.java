package io.tallystick.benchmarks.executable;

import java.util.List;
import java.util.Locale;

/** Several measurements of one thing: the middle one, the least and the most. */
record Spread(double median, double least, double most) {

    /** @param values at least one */
    static Spread of(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        var median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast());
    }

    /** Whole numbers: {@code 84 (80–91)}. */
    String text() {
        return String.format(Locale.ROOT, "%,.0f (%,.0f–%,.0f)", median, least, most);
    }
}
