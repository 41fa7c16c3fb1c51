package io.tallystick.metering.gateway.openai;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * How much of each bucket. A bucket that is absent was not used; none is negative.
 *
 * @param units tokens, or calls for {@link Bucket#REQUESTS}
 */
public record Quantities(Map<Bucket, Long> units) {

    public Quantities {
        var copy = new EnumMap<Bucket, Long>(Bucket.class);
        units.forEach((bucket, amount) -> {
            if (amount < 0) {
                throw new IllegalArgumentException(bucket + " below zero: " + amount);
            }
            if (amount > 0) {
                copy.put(bucket, amount);
            }
        });
        units = Collections.unmodifiableMap(copy);
    }

    /** One call, and nothing else yet. */
    public static Quantities oneRequest() {
        return new Quantities(Map.of(Bucket.REQUESTS, 1L));
    }

    public Quantities with(Bucket bucket, long amount) {
        var more = new EnumMap<Bucket, Long>(Bucket.class);
        more.putAll(units);
        more.put(bucket, amount);
        return new Quantities(more);
    }

    /** All that is tokens. */
    public long tokens() {
        return units.entrySet().stream()
                .filter(bucket -> bucket.getKey() != Bucket.REQUESTS)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    public long of(Bucket bucket) {
        return units.getOrDefault(bucket, 0L);
    }
}
