package io.tallystick.metering.insight.feed;

import io.tallystick.events.MeterAdvanced;
import io.tallystick.metering.insight.Span;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** By how much usage rose in each span that it lies in, of its subject and of all subjects together. */
final class UsageMovement {
    /** What a series is of, where its meter groups by them. */
    private static final String MODEL = "model";

    private static final String API_KEY = "api_key";

    private final SortedMap<Row, Rise> rises = new TreeMap<>();

    /** @param subject empty for all together */
    record Row(String tenant, Span span, Instant starts, String subject, String meter, String model, String apiKey)
            implements Comparable<Row> {
        private static final Comparator<Row> ORDER = Comparator.comparing(Row::tenant)
                .thenComparing(Row::span)
                .thenComparing(Row::subject)
                .thenComparing(Row::starts)
                .thenComparing(Row::meter)
                .thenComparing(Row::model)
                .thenComparing(Row::apiKey);

        @Override
        public int compareTo(Row other) {
            return ORDER.compare(this, other);
        }
    }

    /** Two totals' rise; neither is below zero. */
    record Rise(BigDecimal added, BigDecimal voided) {
        static final Rise NONE = new Rise(BigDecimal.ZERO, BigDecimal.ZERO);

        Rise {
            if (added.signum() < 0 || voided.signum() < 0) {
                throw new IllegalArgumentException("a total that only rises fell: " + added + ", " + voided);
            }
        }

        Rise plus(Rise more) {
            return new Rise(added.add(more.added), voided.add(more.voided));
        }

        /** The higher of each. */
        Rise max(Rise other) {
            return new Rise(added.max(other.added), voided.max(other.voided));
        }

        /** What is missing from {@code seen} to reach this; nothing of what {@code seen} is ahead in. */
        Rise above(Rise seen) {
            return new Rise(
                    added.subtract(seen.added).max(BigDecimal.ZERO),
                    voided.subtract(seen.voided).max(BigDecimal.ZERO));
        }

        boolean isNothing() {
            return added.signum() == 0 && voided.signum() == 0;
        }
    }

    void add(MeterAdvanced series, Rise rise) {
        if (rise.isNothing()) {
            return;
        }
        for (var span : Span.values()) {
            add(series, span, series.subject(), rise);
            add(series, span, "", rise);
        }
    }

    Map<Row, Rise> rises() {
        return rises;
    }

    private void add(MeterAdvanced series, Span span, String subject, Rise rise) {
        var row = new Row(
                series.tenant(),
                span,
                span.floor(series.hour()),
                subject,
                series.meter(),
                series.dimensions().getOrDefault(MODEL, ""),
                series.dimensions().getOrDefault(API_KEY, ""));
        rises.merge(row, rise, Rise::plus);
    }
}
