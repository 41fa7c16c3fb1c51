package io.tallystick.billing.ledger;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Asset;
import java.util.Locale;

/**
 * One side of a transfer.
 *
 * @param tenant the provider whose books these are
 * @param asset what is counted
 * @param kind what stands on it
 * @param owner whose it is: a subject, a channel's id, or empty for the provider's own
 */
public record LedgerAccount(String tenant, Asset asset, Kind kind, String owner) {

    /** The lines of a provider's books. */
    public enum Kind {
        /** What a subject owes for rated usage; debited by charges. */
        RECEIVABLE,
        /** What a channel owes: charged there and not claimed yet; debited by captures, credited by claims. */
        CHANNEL,
        /** What the provider earned; credited by charges and captures. */
        REVENUE,
        /** What the provider received on the chain; debited by claims. */
        CLAIMED
    }

    public LedgerAccount {
        requireNonNull(tenant, "tenant");
        requireNonNull(asset, "asset");
        requireNonNull(kind, "kind");
        requireNonNull(owner, "owner");
    }

    /** The account's name within its tenant and asset, such as {@code channel:0x…}. */
    public String name() {
        var line = kind.name().toLowerCase(Locale.ROOT);
        return owner.isEmpty() ? line : line + ":" + owner;
    }

    /** Reads {@link #name}. */
    public static LedgerAccount named(String tenant, Asset asset, String name) {
        var parts = name.split(":", 2);
        return new LedgerAccount(
                tenant, asset, Kind.valueOf(parts[0].toUpperCase(Locale.ROOT)), parts.length == 1 ? "" : parts[1]);
    }

    public static LedgerAccount receivable(String tenant, Asset asset, String subject) {
        return new LedgerAccount(tenant, asset, Kind.RECEIVABLE, subject);
    }

    public static LedgerAccount channel(String tenant, Asset asset, String channelId) {
        return new LedgerAccount(tenant, asset, Kind.CHANNEL, channelId);
    }

    public static LedgerAccount revenue(String tenant, Asset asset) {
        return new LedgerAccount(tenant, asset, Kind.REVENUE, "");
    }

    public static LedgerAccount claimed(String tenant, Asset asset) {
        return new LedgerAccount(tenant, asset, Kind.CLAIMED, "");
    }
}
