package io.tallystick.events;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A fact that one service tells another. It carries totals or states, never increments, so that it may arrive twice,
 * late, or not at all before its successor.
 */
public sealed interface DomainEvent
        permits MeterAdvanced,
                ChargeAdvanced,
                ChannelChanged,
                CallMetered,
                PaymentCaptured,
                SettlementChanged,
                KeyChanged,
                DidChanged,
                GrantChanged,
                WalletChanged,
                ApiKeyChanged,
                IdentityHeartbeat {

    /** What the fact is about: the Kafka key, and for a compacted topic the identity of what is kept. */
    String key();

    /** Joins parts into a key that no other parts give: each part is percent-encoded, so it holds no {@code /}. */
    static String keyOf(String... parts) {
        return Arrays.stream(parts)
                .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8))
                .collect(Collectors.joining("/"));
    }
}
