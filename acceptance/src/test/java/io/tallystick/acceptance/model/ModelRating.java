package io.tallystick.acceptance.model;

import io.tallystick.billing.rating.Account;
import io.tallystick.billing.rating.Charge;
import io.tallystick.billing.rating.Period;
import io.tallystick.billing.rating.PeriodCharge;
import io.tallystick.billing.rating.Periods;
import io.tallystick.billing.rating.RateCard;
import io.tallystick.billing.rating.RateCardVersion;
import io.tallystick.billing.rating.SeriesTotals;
import io.tallystick.events.Funding;
import io.tallystick.events.MeterAdvanced;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rate cards, accounts and charges. A message is one transaction: keep its totals, rate what they touch, book it. */
final class ModelRating {
    static final Periods PERIODS = new Periods.Hours(6);
    static final Duration GRACE = Duration.ofHours(1);

    /** An account as it is stored: with how many versions of the card its charges know. */
    record Row(Account account, int versionsRated) {}

    /** Names a charge: whose, of which usage, on which bill. */
    record ChargeKey(String subject, Instant usedIn, Instant bookedIn) {}

    // What is durably stored, and nothing else.
    RateCard card;
    final Map<String, Row> accounts = new LinkedHashMap<>();
    final Map<String, Map<String, SeriesTotals>> series = new HashMap<>();
    final Map<String, MeterAdvanced> calls = new HashMap<>();
    final Map<ChargeKey, Charge> charges = new LinkedHashMap<>();
    private final Map<String, Long> limits;

    ModelRating(RateCard card, Map<String, Long> limits) {
        this.card = card;
        this.limits = limits;
    }

    void post(RateCardVersion version, Instant now) {
        if (card.add(version, now) instanceof RateCard.Added(var next)) {
            card = next;
        }
    }

    void follow(MeterAdvanced event, Instant now) {
        if (event.funding() == Funding.CALL) {
            calls.merge(event.key(), event, (kept, seen) -> seen.added().compareTo(kept.added()) > 0 ? seen : kept);
            return;
        }
        var ofSubject = series.computeIfAbsent(event.subject(), _ -> new LinkedHashMap<>());
        var none = new SeriesTotals(event.meter(), event.dimensions(), event.hour(), BigDecimal.ZERO, BigDecimal.ZERO);
        ofSubject.put(event.key(), ofSubject.getOrDefault(event.key(), none).follow(event.added(), event.voided()));
        rate(event.subject(), Set.of(PERIODS.at(event.hour())), now);
    }

    /** What the sweep does after a new version: usage of an hour may have come before its price. */
    void rerate(String subject, Instant now) {
        rate(subject, Set.of(), now);
    }

    private void rate(String subject, Set<Period> touched, Instant now) {
        var row = accounts.getOrDefault(
                subject, new Row(Account.opened(Tariff.usdc(limits.getOrDefault(subject, 0L))), 0));
        var account = row.account().closedUntil(PERIODS.at(now.minus(GRACE)).start());
        var periods = new LinkedHashSet<>(touched);
        card.versions().stream().skip(row.versionsRated()).findFirst().ifPresent(version -> series(subject).stream()
                .filter(each -> !each.hour().isBefore(version.effectiveFrom()))
                .forEach(each -> periods.add(PERIODS.at(each.hour()))));
        for (var period : periods) {
            var cost = PeriodCharge.of(card, period, series(subject));
            switch (account.follow(cost, charges(subject, period), PERIODS.at(now))) {
                case Account.Booked(var next, var charge) -> {
                    account = next;
                    charges.put(
                            new ChargeKey(
                                    subject,
                                    charge.usedIn().start(),
                                    charge.bookedIn().start()),
                            charge);
                }
                case Account.Unchanged.ALREADY_BOOKED -> {}
                case Account.Unchanged.MORE_THAN_A_TOKEN_HOLDS ->
                    throw new IllegalStateException("the model's prices are small");
            }
        }
        accounts.put(subject, new Row(account, card.versions().size()));
    }

    List<SeriesTotals> series(String subject) {
        return List.copyOf(series.getOrDefault(subject, Map.of()).values());
    }

    List<Charge> charges(String subject, Period usedIn) {
        return charges.entrySet().stream()
                .filter(each -> each.getKey().subject().equals(subject)
                        && each.getValue().usedIn().equals(usedIn))
                .map(Map.Entry::getValue)
                .toList();
    }
}
