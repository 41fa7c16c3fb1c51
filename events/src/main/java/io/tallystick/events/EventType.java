package io.tallystick.events;

import java.util.Arrays;
import java.util.Optional;

/** The catalogue: each type of event, the topic it travels on and how long it is kept there. */
public enum EventType {
    METER_ADVANCED("io.tallystick.meter.advanced.v1", "meter.advanced", Kept.COMPACTED, MeterAdvanced.class),
    CHARGE_ADVANCED("io.tallystick.charge.advanced.v1", "charge.advanced", Kept.COMPACTED, ChargeAdvanced.class),
    CHANNEL_CHANGED("io.tallystick.channel.changed.v1", "channel.changed", Kept.COMPACTED, ChannelChanged.class),
    CALL_METERED("io.tallystick.call.metered.v1", "call.metered", Kept.FORTY_DAYS, CallMetered.class),
    PAYMENT_CAPTURED("io.tallystick.payment.captured.v1", "payment.captured", Kept.FORTY_DAYS, PaymentCaptured.class),
    SETTLEMENT_CHANGED(
            "io.tallystick.settlement.changed.v1", "settlement.changed", Kept.FORTY_DAYS, SettlementChanged.class),
    KEY_CHANGED("io.tallystick.key.changed.v1", "key.changed", Kept.COMPACTED, KeyChanged.class),
    DID_CHANGED("io.tallystick.did.changed.v1", "did.changed", Kept.COMPACTED, DidChanged.class),
    /** Not compacted: who writes to the topic could otherwise put an old event behind a revocation and hide it. */
    GRANT_CHANGED("io.tallystick.grant.changed.v1", "grant.changed", Kept.FORTY_DAYS, GrantChanged.class),
    /** Not compacted, for the same reason. */
    WALLET_CHANGED("io.tallystick.wallet.changed.v1", "wallet.changed", Kept.FORTY_DAYS, WalletChanged.class),
    /** Not compacted, for the same reason: what it says of a key counts for thirty days, and is said again before. */
    API_KEY_CHANGED("io.tallystick.api-key.changed.v1", "api-key.changed", Kept.FORTY_DAYS, ApiKeyChanged.class),
    IDENTITY_HEARTBEAT("io.tallystick.identity.heartbeat.v1", "key.changed", Kept.COMPACTED, IdentityHeartbeat.class);

    /** How long a topic keeps its records. */
    public enum Kept {
        /** The newest record of each key, for ever. */
        COMPACTED,
        /** Every record for forty days: longer than the longest memory of a consumer (32 days). */
        FORTY_DAYS
    }

    /** Topic of the raw usage events; it carries foreign CloudEvents, so it has no record of ours. */
    public static final String USAGE_RECORDED_TOPIC = "usage.recorded";

    private final String type;
    private final String topic;
    private final Kept kept;
    private final Class<? extends DomainEvent> data;

    EventType(String type, String topic, Kept kept, Class<? extends DomainEvent> data) {
        this.type = type;
        this.topic = topic;
        this.kept = kept;
        this.data = data;
    }

    /** The type of {@code event}. */
    public static EventType of(DomainEvent event) {
        return switch (event) {
            case MeterAdvanced _ -> METER_ADVANCED;
            case ChargeAdvanced _ -> CHARGE_ADVANCED;
            case ChannelChanged _ -> CHANNEL_CHANGED;
            case CallMetered _ -> CALL_METERED;
            case PaymentCaptured _ -> PAYMENT_CAPTURED;
            case SettlementChanged _ -> SETTLEMENT_CHANGED;
            case KeyChanged _ -> KEY_CHANGED;
            case DidChanged _ -> DID_CHANGED;
            case GrantChanged _ -> GRANT_CHANGED;
            case WalletChanged _ -> WALLET_CHANGED;
            case ApiKeyChanged _ -> API_KEY_CHANGED;
            case IdentityHeartbeat _ -> IDENTITY_HEARTBEAT;
        };
    }

    /** The type whose CloudEvents {@code type} is {@code type}; empty for a type of a later version or of another. */
    public static Optional<EventType> named(String type) {
        return Arrays.stream(values()).filter(t -> t.type.equals(type)).findFirst();
    }

    /** CloudEvents {@code type}: {@code io.tallystick.<subject>.<predicate>.v<major>}. */
    public String type() {
        return type;
    }

    /** Name of the Kafka topic, without an installation's prefix. */
    public String topic() {
        return topic;
    }

    public Kept kept() {
        return kept;
    }

    public Class<? extends DomainEvent> data() {
        return data;
    }
}
