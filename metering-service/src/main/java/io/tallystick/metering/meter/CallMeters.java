package io.tallystick.metering.meter;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The meters of the gateway's calls, the same for every tenant: one for each token bucket, by model. They count only
 * events that the gateway itself wrote; an event of the same type from anyone else is not theirs.
 */
public final class CallMeters {
    /** CloudEvents {@code type} of a call's usage event. */
    public static final String EVENT_TYPE = "io.tallystick.call";

    /** Disjoint, so that their sum is always right. */
    public static final List<String> BUCKETS = List.of(
            "requests",
            "input_uncached",
            "cache_read",
            "cache_write_5m",
            "cache_write_1h",
            "output_text",
            "output_reasoning",
            "audio_in",
            "audio_out",
            "image_in",
            "gpu_milliseconds");

    private static final List<Meter> ALL = BUCKETS.stream().map(CallMeters::of).toList();

    private CallMeters() {}

    public static List<Meter> all() {
        return ALL;
    }

    public static Optional<Meter> named(String slug) {
        return ALL.stream().filter(meter -> meter.slug().equals(slug)).findFirst();
    }

    /** The meters that a call's event of a tenant counts on: a tenant's own of the same slug does not count it twice. */
    public static List<Meter> with(List<Meter> ofTenant) {
        return Stream.concat(ALL.stream(), ofTenant.stream().filter(meter -> named(meter.slug())
                        .isEmpty()))
                .toList();
    }

    private static Meter of(String bucket) {
        return new Meter(
                bucket,
                EVENT_TYPE,
                new Aggregation.Sum(path("$." + bucket)),
                new TreeMap<>(Map.of("model", path("$.model"))));
    }

    private static JsonPath path(String text) {
        return JsonPath.parse(text).orElseThrow();
    }
}
