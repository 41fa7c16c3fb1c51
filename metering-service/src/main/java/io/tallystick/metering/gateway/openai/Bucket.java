package io.tallystick.metering.gateway.openai;

import java.util.stream.Stream;

/** What a call uses, split so that no unit is in two buckets. The wire name is the meter's key in a rate card. */
public enum Bucket {
    REQUESTS("requests"),
    INPUT_UNCACHED("input_uncached"),
    CACHE_READ("cache_read"),
    CACHE_WRITE_5M("cache_write_5m"),
    CACHE_WRITE_1H("cache_write_1h"),
    AUDIO_IN("audio_in"),
    OUTPUT_TEXT("output_text"),
    OUTPUT_REASONING("output_reasoning"),
    AUDIO_OUT("audio_out");

    private final String wireName;

    Bucket(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /** @throws IllegalArgumentException if no bucket has this wire name */
    public static Bucket named(String wireName) {
        return Stream.of(values())
                .filter(bucket -> bucket.wireName.equals(wireName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no token bucket is named " + wireName));
    }
}
