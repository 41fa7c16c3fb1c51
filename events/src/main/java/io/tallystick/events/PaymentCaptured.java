package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.time.Instant;

/**
 * A call was charged, once and for all.
 *
 * @param tenant the provider
 * @param holdId the hold that was captured
 * @param subject who paid
 * @param scheme the x402 scheme that paid
 * @param channel id of the channel charged, or empty for a scheme without channels
 * @param asset what is counted, as a CAIP-19 asset type
 * @param charged token units charged, 0 when nothing was delivered
 * @param route the path called
 * @param model the model that answered
 * @param time when it was captured
 */
public record PaymentCaptured(
        String tenant,
        String holdId,
        String subject,
        String scheme,
        String channel,
        String asset,
        BigInteger charged,
        String route,
        String model,
        Instant time)
        implements DomainEvent {

    public PaymentCaptured {
        requireNonNull(tenant, "tenant");
        requireNonNull(holdId, "holdId");
        requireNonNull(subject, "subject");
        requireNonNull(scheme, "scheme");
        requireNonNull(channel, "channel");
        requireNonNull(asset, "asset");
        requireNonNull(route, "route");
        requireNonNull(model, "model");
        requireNonNull(time, "time");
        if (charged.signum() < 0) {
            throw new IllegalArgumentException("charged below zero: " + charged);
        }
    }

    @Override
    public String key() {
        return DomainEvent.keyOf(holdId);
    }
}
