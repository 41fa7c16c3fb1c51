package io.tallystick.metering.insight.feed;

import io.tallystick.events.ChargeAdvanced;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.MeterAdvanced;
import io.tallystick.events.PaymentCaptured;
import io.tallystick.events.SettlementChanged;
import io.tallystick.metering.insight.feed.RevenueMovement.Totals;
import io.tallystick.metering.insight.feed.UsageMovement.Rise;
import io.tallystick.metering.usage.SeriesKey;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a batch of events says, each thing once: of totals the highest, of states the newest. So neither the order of the
 * events nor their repetition plays a part.
 */
final class Facts {
    private final SortedMap<UUID, SeriesFact> series = new TreeMap<>();
    private final SortedMap<String, PaymentCaptured> calls = new TreeMap<>();
    private final SortedMap<String, AccountFact> accounts = new TreeMap<>();
    private final SortedMap<String, SettlementChanged> settlements = new TreeMap<>();

    /** @param series which one; its own totals may be below {@code totals} */
    record SeriesFact(MeterAdvanced series, Rise totals) {}

    /** @param account which account and period; its own totals may be below {@code totals} */
    record AccountFact(ChargeAdvanced account, Totals totals) {}

    Facts(List<DomainEvent> events) {
        for (var event : events) {
            switch (event) {
                case MeterAdvanced e ->
                    series.merge(
                            id(e),
                            new SeriesFact(e, new Rise(e.added(), e.voided())),
                            (one, other) ->
                                    new SeriesFact(one.series(), one.totals().max(other.totals())));
                case PaymentCaptured e -> calls.putIfAbsent(e.holdId(), e);
                case ChargeAdvanced e ->
                    accounts.merge(
                            e.key(),
                            new AccountFact(e, new Totals(e.debited(), e.credited())),
                            (one, other) ->
                                    new AccountFact(one.account(), one.totals().max(other.totals())));
                case SettlementChanged e ->
                    settlements.merge(
                            e.settlement(), e, (one, other) -> other.time().isBefore(one.time()) ? one : other);
                default -> {}
            }
        }
    }

    SortedMap<UUID, SeriesFact> series() {
        return series;
    }

    SortedMap<String, PaymentCaptured> calls() {
        return calls;
    }

    SortedMap<String, AccountFact> accounts() {
        return accounts;
    }

    SortedMap<String, SettlementChanged> settlements() {
        return settlements;
    }

    private static UUID id(MeterAdvanced e) {
        return new SeriesKey(e.tenant(), e.subject(), e.meter(), new TreeMap<>(e.dimensions()), e.hour(), e.funding())
                .id();
    }
}
