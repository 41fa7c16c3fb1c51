package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.time.Instant;
import java.util.List;

/**
 * A settlement took a step.
 *
 * @param tenant the provider
 * @param settlement id of the settlement
 * @param network CAIP-2 id of the chain
 * @param state where it stands now
 * @param transactions hashes of every attempt, oldest first
 * @param asset what is counted, as a CAIP-19 asset type
 * @param amount token units claimed by it
 * @param gasUsed gas of the mined attempt, 0 until mined
 * @param time when it took the step
 */
public record SettlementChanged(
        String tenant,
        String settlement,
        String network,
        State state,
        List<String> transactions,
        String asset,
        BigInteger amount,
        long gasUsed,
        Instant time)
        implements DomainEvent {

    /** The steps of a settlement. */
    public enum State {
        PLANNED,
        SIGNED,
        SENT,
        MINED,
        FINAL,
        REVERTED,
        REPLACED
    }

    public SettlementChanged {
        requireNonNull(tenant, "tenant");
        requireNonNull(settlement, "settlement");
        requireNonNull(network, "network");
        requireNonNull(state, "state");
        requireNonNull(asset, "asset");
        requireNonNull(time, "time");
        transactions = List.copyOf(transactions);
        if (amount.signum() < 0 || gasUsed < 0) {
            throw new IllegalArgumentException("amount or gas below zero: " + amount + ", " + gasUsed);
        }
    }

    @Override
    public String key() {
        return DomainEvent.keyOf(settlement);
    }
}
