package io.tallystick.billing.rating;

import io.tallystick.billing.money.Ratio;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * What a period costs, as a function of its series and nothing else. The order in which usage arrived plays no part.
 *
 * <p>Each version of the card prices the usage of its own hours, so its tiers begin anew with it. Costs are exact until
 * they are totalled; the total is rounded down, once.
 *
 * @param period what is charged
 * @param units what it costs, in whole token units; a card and a usage may ask for more than any token can hold
 * @param lines what the total is made of
 * @param unpriced series that the card of their hour does not name; they cost nothing, and someone should know
 */
public record PeriodCharge(Period period, BigInteger units, List<Line> lines, List<SeriesTotals> unpriced) {

    /**
     * One entry of one version of the card.
     *
     * @param effectiveFrom since when the version holds
     * @param quantity meter units that the entry priced
     * @param cost the exact cost
     */
    public record Line(Instant effectiveFrom, PriceEntry entry, BigDecimal quantity, Ratio cost) {}

    public PeriodCharge {
        lines = List.copyOf(lines);
        unpriced = List.copyOf(unpriced);
    }

    /** @param series totals of the account; those of other periods are passed over */
    public static PeriodCharge of(RateCard card, Period period, Collection<SeriesTotals> series) {
        var quantities = new LinkedHashMap<Priced, BigDecimal>();
        var unpriced = new ArrayList<SeriesTotals>();
        for (var each : series) {
            if (period.contains(each.hour())) {
                priceOf(each, card)
                        .ifPresentOrElse(
                                priced -> quantities.merge(priced, each.usage(), BigDecimal::add),
                                () -> unpriced.add(each));
            }
        }
        var lines = new ArrayList<Line>();
        var cost = Ratio.ZERO;
        for (var priced : quantities.entrySet()) {
            var line = line(priced.getKey(), priced.getValue(), card, period);
            lines.add(line);
            cost = cost.plus(line.cost());
        }
        return new PeriodCharge(period, cost.floor(), lines, unpriced);
    }

    private record Priced(Instant effectiveFrom, PriceEntry entry) {}

    private static Optional<Priced> priceOf(SeriesTotals series, RateCard card) {
        return card.at(series.hour()).flatMap(version -> version.entryFor(series.meter(), series.dimensions())
                .map(entry -> new Priced(version.effectiveFrom(), entry)));
    }

    private static Line line(Priced priced, BigDecimal quantity, RateCard card, Period period) {
        var hours = period.hoursWithin(priced.effectiveFrom(), card.endOf(priced.effectiveFrom()));
        return new Line(
                priced.effectiveFrom(),
                priced.entry(),
                quantity,
                priced.entry().costOf(quantity, hours, period.hours()));
    }
}
