package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;

/**
 * A gateway call's usage event was counted. Billing captures the call's hold from it, should the gateway have died
 * between the event and its own capture.
 *
 * @param tenant the provider
 * @param holdId the hold that the call was authorized with
 * @param subject who pays
 * @param route the path called, such as {@code /v1/embeddings}
 * @param model the model that answered
 * @param usage units by token bucket; buckets are disjoint
 * @param usageSource how the usage is known: {@code provider_final}, {@code provider_partial}, {@code counted},
 *     {@code estimated} or {@code unknown}
 * @param eventId the usage event's id
 * @param time when the call was answered
 */
public record CallMetered(
        String tenant,
        String holdId,
        String subject,
        String route,
        String model,
        Map<String, BigInteger> usage,
        String usageSource,
        String eventId,
        Instant time)
        implements DomainEvent {

    public CallMetered {
        requireNonNull(tenant, "tenant");
        requireNonNull(holdId, "holdId");
        requireNonNull(subject, "subject");
        requireNonNull(route, "route");
        requireNonNull(model, "model");
        requireNonNull(usageSource, "usageSource");
        requireNonNull(eventId, "eventId");
        requireNonNull(time, "time");
        usage = Map.copyOf(usage);
        if (usage.values().stream().anyMatch(units -> units.signum() < 0)) {
            throw new IllegalArgumentException("usage below zero: " + usage);
        }
    }

    @Override
    public String key() {
        return DomainEvent.keyOf(holdId);
    }
}
