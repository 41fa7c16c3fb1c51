package io.tallystick.kit.access.rate;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.kit.access.apikey.UsedKey;
import io.tallystick.kit.access.rate.Buckets.Taken;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The buckets of this instance, by policy: one for each API key, one for each tenant. */
@ApplicationScoped
public class RateLimits {
    static final String KEY = "key";
    static final String TENANT = "tenant";

    private final RateConfig config;
    private final MeterRegistry metrics;
    private final Buckets keys = new Buckets();
    private final Buckets tenants = new Buckets();

    RateLimits(RateConfig config, MeterRegistry metrics) {
        this.config = config;
        this.metrics = metrics;
    }

    /**
     * Takes a request of this caller from each of its buckets, the key's first: a key at its end takes nothing from its
     * tenant.
     *
     * @return what was left, by policy; the last one decides
     */
    public Map<String, Taken> take(String tenant, Optional<UsedKey> apiKey, long nanoTime) {
        var taken = new LinkedHashMap<String, Taken>();
        apiKey.ifPresent(key -> taken.put(KEY, keys.take(key.id(), key.requestsPerMinute(), nanoTime)));
        if (taken.values().stream().allMatch(Taken::allowed)) {
            taken.put(TENANT, tenants.take(tenant, config.tenantRequestsPerMinute(), nanoTime));
        }
        return taken;
    }

    /** What an answer says of it (IETF draft "RateLimit header fields for HTTP"). */
    public static Map<String, String> headers(Map<String, Taken> byPolicy) {
        return Map.of(
                "RateLimit-Policy",
                list(byPolicy, one -> ";q=" + one.limit() + ";w=60"),
                "RateLimit",
                list(byPolicy, one -> ";r=" + one.left() + ";t=" + one.secondsToNext()));
    }

    private static String list(Map<String, Taken> byPolicy, Function<Taken, String> parameters) {
        return byPolicy.entrySet().stream()
                .map(policy -> "\"" + policy.getKey() + "\"" + parameters.apply(policy.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** One request was refused. */
    public void count(String policy) {
        metrics.counter("tallystick.access.limited", "policy", policy).increment();
    }
}
