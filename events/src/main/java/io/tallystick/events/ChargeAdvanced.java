package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.time.Instant;

/**
 * An account's charge for a period moved: it now costs {@code debited - credited}.
 *
 * @param tenant the provider
 * @param subject the account that is charged
 * @param asset what is counted, as a CAIP-19 asset type
 * @param periodStart first instant of the period, a whole UTC hour
 * @param periodEnd first instant after the period, a whole UTC hour
 * @param debited token units ever charged; never falls
 * @param credited token units taken back by voids, late events and volume tiers; never falls, at most {@code debited}
 */
public record ChargeAdvanced(
        String tenant,
        String subject,
        String asset,
        Instant periodStart,
        Instant periodEnd,
        BigInteger debited,
        BigInteger credited)
        implements DomainEvent {

    public ChargeAdvanced {
        requireNonNull(tenant, "tenant");
        requireNonNull(subject, "subject");
        requireNonNull(asset, "asset");
        if (!periodStart.isBefore(periodEnd)) {
            throw new IllegalArgumentException("period ends at or before its start: " + periodStart);
        }
        if (credited.signum() < 0 || credited.compareTo(debited) > 0) {
            throw new IllegalArgumentException("credited " + credited + " is not between 0 and debited " + debited);
        }
    }

    @Override
    public String key() {
        return DomainEvent.keyOf(tenant, subject, asset, periodStart.toString());
    }
}
