package io.tallystick.acceptance.model;

import static io.tallystick.acceptance.model.Rules.holds;

import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.HoldState;
import io.tallystick.billing.rating.Period;
import io.tallystick.billing.rating.SeriesTotals;
import io.tallystick.events.Funding;
import io.tallystick.events.MeterAdvanced;
import io.tallystick.metering.meter.Numeral;
import io.tallystick.metering.usage.counting.Arrival;
import io.tallystick.metering.usage.event.UsageEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Usage and its cost worked out a second time, from the log itself and in the plainest way. */
final class RecountedUsage {
    private final World world;
    private Map<String, MeterAdvanced> before = Map.of();
    private Map<String, ModelRating.Row> rated = Map.of();
    private int position;

    /** A series' totals, by the plain count of the log. */
    private static final class Totals {
        long added;
        long voided;
    }

    RecountedUsage(World world) {
        this.world = world;
    }

    void check() {
        if (position != world.metering.position) {
            checkSeries();
            position = world.metering.position;
        }
        checkRated();
    }

    /** The first event of each id counts, and no other; one that was voided, before or after, is taken back. */
    private Map<String, Totals> recount() {
        var log = world.metering.log.subList(0, world.metering.position);
        var voided = new HashSet<String>();
        for (var arrival : log) {
            if (arrival instanceof Arrival.Voiding(var _, var _, var source, var id, var _, var _)) {
                voided.add(source + " " + id);
            }
        }
        var counted = new HashSet<String>();
        var totals = new HashMap<String, Totals>();
        for (var arrival : log) {
            if (arrival instanceof Arrival.Reported(var _, var event)
                    && counted.add(event.source() + " " + event.id())) {
                count(event, voided.contains(event.source() + " " + event.id()), totals);
            }
        }
        return totals;
    }

    private static void count(UsageEvent event, boolean voided, Map<String, Totals> totals) {
        var data = (Map<?, ?>) event.data();
        if (event.funding() == Funding.ACCOUNT) {
            add(event, "tokens", Map.of("model", (String) data.get("model")), units(data, "tokens"), voided, totals);
            add(event, "jobs", Map.of(), 1, voided, totals);
        } else {
            for (var bucket : new String[] {"requests", "output_text"}) {
                add(event, bucket, Map.of("model", "m"), units(data, bucket), voided, totals);
            }
        }
    }

    private static long units(Map<?, ?> data, String name) {
        return Long.parseLong(((Numeral) data.get(name)).text());
    }

    private static void add(
            UsageEvent event,
            String meter,
            Map<String, String> dimensions,
            long units,
            boolean voided,
            Map<String, Totals> totals) {
        if (units == 0) {
            return;
        }
        var hour = event.time().truncatedTo(ChronoUnit.HOURS);
        var of = totals.computeIfAbsent(
                name(event.subject(), meter, dimensions, hour, event.funding()), _ -> new Totals());
        of.added += units;
        of.voided += voided ? units : 0;
    }

    private static String name(
            String subject, String meter, Map<String, String> dimensions, Instant hour, Funding funding) {
        return subject + " " + meter + " " + new TreeMap<>(dimensions) + " " + hour + " " + funding;
    }

    private void checkSeries() {
        var recounted = recount();
        var now = new HashMap<String, MeterAdvanced>();
        world.metering.series.forEach((key, series) -> {
            var event = series.toEvent();
            var name = name(key.subject(), key.meter(), key.dimensions(), key.hour(), key.funding());
            var expected = recounted.remove(name);
            holds(expected != null && equal(event.added(), expected.added), "each event is added once");
            holds(equal(event.voided(), expected.voided), "each void takes back once");
            var last = before.get(event.key());
            holds(last == null || !above(last, event), "a series' totals never fall");
            now.put(event.key(), event);
        });
        holds(recounted.isEmpty(), "no usage is without a series");
        before = now;
    }

    private static boolean above(SeriesTotals kept, MeterAdvanced source) {
        return kept.added().compareTo(source.added()) > 0 || kept.voided().compareTo(source.voided()) > 0;
    }

    private static boolean above(MeterAdvanced one, MeterAdvanced other) {
        return one.added().compareTo(other.added()) > 0 || one.voided().compareTo(other.voided()) > 0;
    }

    private static boolean equal(BigDecimal total, long expected) {
        return total.compareTo(BigDecimal.valueOf(expected)) == 0;
    }

    /** What an account's charges come to is what the totals that billing holds cost, rounded down once a period. */
    private void checkRated() {
        world.rating.accounts.forEach((subject, row) -> {
            if (row.equals(rated.get(subject))) {
                return;
            }
            world.rating
                    .series
                    .getOrDefault(subject, Map.of())
                    .forEach(
                            (key, kept) -> holds(!above(kept, before.get(key)), "billing knows no more than metering"));
            if (row.versionsRated() == world.rating.card.versions().size()) {
                holds(
                        row.account().rated().units().longValueExact() == costOf(subject),
                        "what is rated is what the totals cost, rounded down once");
            }
        });
        rated = Map.copyOf(world.rating.accounts);
    }

    /** A price of a version, in one period. */
    private record Priced(Instant version, Tariff tariff, Period period) {}

    private long costOf(String subject) {
        var quantities = new LinkedHashMap<Priced, Long>();
        for (var series : world.rating.series(subject)) {
            var version = versionAt(series.hour());
            if (version != null) {
                var tariff = tariff(version, series.meter(), series.dimensions());
                var period = ModelRating.PERIODS.at(series.hour());
                quantities.merge(
                        new Priced(version, tariff, period), series.usage().longValueExact(), Long::sum);
            }
        }
        var scaled = new LinkedHashMap<Period, Long>();
        quantities.forEach((priced, quantity) -> scaled.merge(
                priced.period(),
                priced.tariff()
                        .scaledCost(
                                quantity,
                                hoursOf(priced.version(), priced.period()),
                                priced.period().hours()),
                Long::sum));
        return scaled.values().stream().mapToLong(cost -> cost / Tariff.SCALE).sum();
    }

    /** Null before the first version. */
    private Instant versionAt(Instant hour) {
        Instant found = null;
        for (var version : world.rating.card.versions()) {
            found = version.effectiveFrom().isAfter(hour) ? found : version.effectiveFrom();
        }
        return found;
    }

    private long hoursOf(Instant version, Period period) {
        long hours = 0;
        for (var hour = period.start(); hour.isBefore(period.end()); hour = hour.plus(1, ChronoUnit.HOURS)) {
            hours += version.equals(versionAt(hour)) ? 1 : 0;
        }
        return hours;
    }

    private Tariff tariff(Instant version, String meter, Map<String, String> dimensions) {
        Tariff found = null;
        for (var tariff : world.tariffs.get(version)) {
            var fits = tariff.meter().equals(meter)
                    && tariff.dimensions().entrySet().stream()
                            .allMatch(each -> each.getValue().equals(dimensions.get(each.getKey())));
            found = fits
                            && (found == null
                                    || tariff.dimensions().size()
                                            > found.dimensions().size())
                    ? tariff
                    : found;
        }
        return found;
    }

    /** What a channel was charged for calls is what they cost, rounded down once; unless a hold did not cover its call. */
    void checkCost(Channel channel) {
        long scaled = 0;
        long charged = 0;
        for (var hold : world.payments.holds.values()) {
            if (hold.channel().orElseThrow().equals(channel.id())
                    && hold.state() instanceof HoldState.Captured captured) {
                if (!world.payments.uncovered.get(hold.id()).isZero()) {
                    return;
                }
                scaled += costOf(hold);
                charged += captured.charge().units().longValueExact();
            }
        }
        holds(charged == scaled / Tariff.SCALE, "what calls are charged is what they cost, rounded down once");
    }

    private long costOf(Hold hold) {
        var version = versionAt(hold.pricedAt());
        var usage = usageOf(hold);
        return tariff(version, "requests", Map.of()).scaledCost(units(usage, "requests"))
                + tariff(version, "output_text", Map.of()).scaledCost(units(usage, "output_text"));
    }

    /** A call's usage is what its event says, and its event is in the log before the call is charged. */
    private Map<?, ?> usageOf(Hold hold) {
        for (var arrival : world.metering.log) {
            if (arrival instanceof Arrival.Reported(var _, var event)
                    && event.funding() == Funding.CALL
                    && event.id().equals(hold.id().toString())) {
                return (Map<?, ?>) event.data();
            }
        }
        throw new AssertionError("a call was charged without its usage event: " + hold.id());
    }

    /** Everything has arrived. */
    void checkEnd() {
        holds(world.metering.position == world.metering.log.size(), "all that was acknowledged is counted");
        for (var series : before.values()) {
            if (series.funding() == Funding.ACCOUNT) {
                var kept = world.rating.series.get(series.subject()).get(series.key());
                holds(kept.added().compareTo(series.added()) == 0, "billing has what metering has");
                holds(kept.voided().compareTo(series.voided()) == 0, "billing has what metering took back");
            }
        }
    }
}
