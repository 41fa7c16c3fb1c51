package io.tallystick.metering.query;

import io.tallystick.metering.usage.rollup.Grain;
import java.time.Duration;

/**
 * Where an answer is read from, in the words of SQL; {@code s} is the table of the times.
 *
 * @param time column of the start of a row's hour or minute
 * @param kept what else holds of the rows that count
 * @param value what rows come to
 * @param atLeast whether {@code value} may be too low
 * @param length of what a row is of
 */
record Source(String table, String time, String kept, String value, String atLeast, Duration length) {
    private static final Source SERIES =
            new Source("series s", "s.hour", "", "sum(s.added - s.voided)", "false", Duration.ofHours(1));

    /** The hours of what is billed are its series; all else has cells. */
    static Source of(String aggregation, Grain grain) {
        var billable = aggregation.equals("COUNT") || aggregation.equals("SUM");
        if (billable && grain == Grain.HOUR) {
            return SERIES;
        }
        var unique = aggregation.equals("UNIQUE_COUNT");
        return new Source(
                unique
                        ? "rollup s left join rollup_value v on v.cell = s.key and v.start = s.start and v.grain = s.grain"
                        : "rollup s",
                "s.start",
                " and s.grain = '" + grain + "' and s.events > 0",
                value(aggregation),
                unique ? "not bool_and(s.complete)" : "false",
                grain == Grain.HOUR ? Duration.ofHours(1) : Duration.ofMinutes(1));
    }

    private static String value(String aggregation) {
        return switch (aggregation) {
            case "COUNT", "SUM" -> "sum(s.value)";
            case "AVG" -> "round(sum(s.value) / sum(s.events), 18)";
            case "MIN" -> "min(s.value)";
            case "MAX" -> "max(s.value)";
            case "LATEST" -> "(array_agg(s.value order by s.rank desc, s.record desc))[1]";
            case "UNIQUE_COUNT" -> "count(distinct v.value)";
            default -> throw new IllegalArgumentException("no aggregation: " + aggregation);
        };
    }
}
