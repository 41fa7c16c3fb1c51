package io.tallystick.metering.insight.report;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who stayed. A client is *active* in a period in which it was charged more than nothing; its *cohort* is the first such
 * period. The definitions are on the page docs/reference/insight.md, with the example that RetentionTest works out.
 */
record Retention(List<Cohort> cohorts, List<Period> periods) {

    Retention {
        cohorts = List.copyOf(cohorts);
        periods = List.copyOf(periods);
    }

    /**
     * One cohort in one period, as the tables have it.
     *
     * @param active clients of the cohort that were active in the period
     * @param kept those of them that were active in the period before, too
     * @param revenue of all of {@code active}, in token units
     * @param keptRevenue of {@code kept}
     * @param used by {@code active} on the meter that was asked for
     */
    record Cell(
            Instant cohort,
            Instant period,
            long active,
            long kept,
            BigInteger revenue,
            BigInteger keptRevenue,
            BigDecimal used) {}

    /** @param cells from the cohort's own period on; a period in which nobody of it was active is not among them */
    record Cohort(Instant start, long size, List<Kept> cells) {
        Cohort {
            cells = List.copyOf(cells);
        }
    }

    /**
     * What is left of a cohort in a period, also as shares of the cohort's own period.
     *
     * @param usedShare empty where the cohort used nothing of the meter in its own period
     */
    record Kept(
            Instant period,
            long active,
            BigDecimal activeShare,
            BigInteger revenue,
            BigDecimal revenueShare,
            BigDecimal used,
            Optional<BigDecimal> usedShare) {}

    /**
     * All clients in a period, beside the one before.
     *
     * @param first clients whose cohort it is
     * @param returning active now, not in the period before, and earlier
     * @param kept active now and in the period before
     * @param churned active in the period before and not now
     * @param netRevenueRetention revenue of {@code kept} as a share of all revenue of the period before; empty if that had none
     */
    record Period(
            Instant start,
            long active,
            long first,
            long returning,
            long kept,
            long churned,
            BigInteger revenue,
            Optional<BigDecimal> netRevenueRetention) {}

    /**
     * @param cells of whole histories: each cohort from its own period on
     * @param starts the periods asked for, without gaps
     * @param before the period before the first of them
     */
    static Retention of(List<Cell> cells, List<Instant> starts, Instant before) {
        var byCohort = new TreeMap<Instant, SortedMap<Instant, Cell>>();
        cells.forEach(cell ->
                byCohort.computeIfAbsent(cell.cohort(), _ -> new TreeMap<>()).put(cell.period(), cell));
        var cohorts = byCohort.entrySet().stream()
                .filter(e -> starts.contains(e.getKey()))
                .map(e -> cohort(e.getKey(), e.getValue(), starts))
                .toList();
        var periods = new ArrayList<Period>();
        var previous = before;
        for (var start : starts) {
            periods.add(period(cells, previous, start));
            previous = start;
        }
        return new Retention(cohorts, periods);
    }

    private static Cohort cohort(Instant start, SortedMap<Instant, Cell> cells, List<Instant> starts) {
        var own = cells.get(start);
        return new Cohort(
                start,
                own.active(),
                cells.values().stream()
                        .filter(cell -> starts.contains(cell.period()))
                        .map(cell -> kept(own, cell))
                        .toList());
    }

    private static Kept kept(Cell own, Cell cell) {
        return new Kept(
                cell.period(),
                cell.active(),
                Amounts.share(BigDecimal.valueOf(cell.active()), BigDecimal.valueOf(own.active())),
                cell.revenue(),
                Amounts.share(new BigDecimal(cell.revenue()), new BigDecimal(own.revenue())),
                cell.used(),
                own.used().signum() == 0 ? Optional.empty() : Optional.of(Amounts.share(cell.used(), own.used())));
    }

    private static Period period(List<Cell> cells, Instant before, Instant start) {
        long active = 0;
        long first = 0;
        long kept = 0;
        long activeBefore = 0;
        var revenue = BigInteger.ZERO;
        var keptRevenue = BigInteger.ZERO;
        var revenueBefore = BigInteger.ZERO;
        for (var cell : cells) {
            if (cell.period().equals(start)) {
                active += cell.active();
                kept += cell.kept();
                first += cell.cohort().equals(start) ? cell.active() : 0;
                revenue = revenue.add(cell.revenue());
                keptRevenue = keptRevenue.add(cell.keptRevenue());
            } else if (cell.period().equals(before)) {
                activeBefore += cell.active();
                revenueBefore = revenueBefore.add(cell.revenue());
            }
        }
        var share = revenueBefore.signum() == 0
                ? Optional.<BigDecimal>empty()
                : Optional.of(Amounts.share(new BigDecimal(keptRevenue), new BigDecimal(revenueBefore)));
        return new Period(start, active, first, active - first - kept, kept, activeBefore - kept, revenue, share);
    }
}
