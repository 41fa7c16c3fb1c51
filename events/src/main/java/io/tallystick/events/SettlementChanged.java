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
 * @param gasPriceWei what was paid for each gas of the mined attempt, in the chain's smallest native unit; 0 until mined,
 *     and if this says nothing of it
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
        Instant time,
        BigInteger gasPriceWei)
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
        // A billing-service of the version before says nothing of it, and is understood during a roll-out.
        gasPriceWei = gasPriceWei == null ? BigInteger.ZERO : gasPriceWei;
        if (amount.signum() < 0 || gasUsed < 0 || gasPriceWei.signum() < 0) {
            throw new IllegalArgumentException(
                    "amount or gas below zero: " + amount + ", " + gasUsed + " at " + gasPriceWei);
        }
    }

    @Override
    public String key() {
        return DomainEvent.keyOf(settlement);
    }
}
