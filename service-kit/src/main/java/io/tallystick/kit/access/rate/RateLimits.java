package io.tallystick.kit.access.rate;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.rate.Buckets.Taken;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;

/** The buckets of this instance, by policy: one for each API key, one for each tenant. */
@ApplicationScoped
class RateLimits {
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
    Map<String, Taken> take(Caller caller, long nanoTime) {
        var taken = new LinkedHashMap<String, Taken>();
        caller.apiKey().ifPresent(key -> taken.put(KEY, keys.take(key.id(), key.requestsPerMinute(), nanoTime)));
        if (taken.values().stream().allMatch(Taken::allowed)) {
            taken.put(TENANT, tenants.take(caller.tenant(), config.tenantRequestsPerMinute(), nanoTime));
        }
        return taken;
    }

    void count(String policy) {
        metrics.counter("tallystick.access.limited", "policy", policy).increment();
    }
}
