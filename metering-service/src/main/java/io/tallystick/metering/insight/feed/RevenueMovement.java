package io.tallystick.metering.insight.feed;

import io.tallystick.events.ChargeAdvanced;
import io.tallystick.events.Funding;
import io.tallystick.events.PaymentCaptured;
import io.tallystick.metering.insight.Span;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** By how much revenue rose in each span that it lies in, of its subject and of all subjects together. */
final class RevenueMovement {
    private final SortedMap<Row, Rise> rises = new TreeMap<>();

    /**
     * @param subject empty for all together
     * @param model empty where billing does not say, as of an account
     */
    record Row(String tenant, Span span, Instant starts, String subject, String model, String asset, Funding funding)
            implements Comparable<Row> {
        private static final Comparator<Row> ORDER = Comparator.comparing(Row::tenant)
                .thenComparing(Row::span)
                .thenComparing(Row::subject)
                .thenComparing(Row::starts)
                .thenComparing(Row::model)
                .thenComparing(Row::asset)
                .thenComparing(Row::funding);

        @Override
        public int compareTo(Row other) {
            return ORDER.compare(this, other);
        }
    }

    /** In token units; none is below zero. */
    record Rise(long calls, BigInteger debited, BigInteger credited) {
        Rise plus(Rise more) {
            return new Rise(calls + more.calls, debited.add(more.debited), credited.add(more.credited));
        }
    }

    /** One account's totals of a period. */
    record Totals(BigInteger debited, BigInteger credited) {
        static final Totals NONE = new Totals(BigInteger.ZERO, BigInteger.ZERO);

        Totals max(Totals other) {
            return new Totals(debited.max(other.debited), credited.max(other.credited));
        }

        boolean isWithin(Totals seen) {
            return debited.compareTo(seen.debited) <= 0 && credited.compareTo(seen.credited) <= 0;
        }
    }

    /** A call that was not taken in before. */
    void add(PaymentCaptured call) {
        var rise = new Rise(1, call.charged(), BigInteger.ZERO);
        add(call.tenant(), call.subject(), call.model(), call.asset(), Funding.CALL, call.time(), rise);
    }

    /** An account's totals rose from {@code seen} to {@code now}, which is at least as high in both. */
    void add(ChargeAdvanced account, Totals seen, Totals now) {
        var rise = new Rise(
                0, now.debited().subtract(seen.debited()), now.credited().subtract(seen.credited()));
        add(account.tenant(), account.subject(), "", account.asset(), Funding.ACCOUNT, account.periodStart(), rise);
    }

    Map<Row, Rise> rises() {
        return rises;
    }

    private void add(
            String tenant, String subject, String model, String asset, Funding funding, Instant time, Rise rise) {
        for (var span : Span.values()) {
            var starts = span.floor(time);
            rises.merge(new Row(tenant, span, starts, subject, model, asset, funding), rise, Rise::plus);
            rises.merge(new Row(tenant, span, starts, "", model, asset, funding), rise, Rise::plus);
        }
    }
}
