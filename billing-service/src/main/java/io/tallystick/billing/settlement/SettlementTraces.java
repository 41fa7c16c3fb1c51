package io.tallystick.billing.settlement;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.channel.ChargeTraces;
import io.tallystick.billing.channel.ChargeTraces.Charged;
import io.tallystick.kit.outbox.TraceParent;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * What traces show of settlement. A settlement pays many calls, so it is a trace of its own whose spans link to the calls;
 * and each call's own trace ends with a span that names the transaction that paid it. Both are bounded: of a settlement
 * that pays more calls than {@link #MOST_CALLS} the newest of each channel are shown.
 */
@ApplicationScoped
class SettlementTraces {
    static final int MOST_LINKS = 32;
    static final int MOST_CALLS = 256;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ChargeTraces charges;
    private final Tracer tracer;
    private final boolean off;

    SettlementTraces(
            ChargeTraces charges,
            Tracer tracer,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "false") boolean off) {
        this.charges = charges;
        this.tracer = tracer;
        this.off = off;
    }

    /** Plans within a span, so that the settlement knows its trace. Blocks. */
    boolean planning(Settlement settlement, BooleanSupplier plan) {
        if (off) {
            return plan.getAsBoolean();
        }
        var span = builder("settlement planned", settlement).startSpan();
        try (var _ = span.makeCurrent()) {
            var planned = plan.getAsBoolean();
            link(span, calls(settlement, MOST_LINKS));
            span.setAttribute("tallystick.settlement.stored", planned);
            return planned;
        } finally {
            span.end();
        }
    }

    /** Tells that the settlement came to a state. Blocks. */
    void moved(Followed before, Transaction transaction, Instant now) {
        var settlement = before.settlement();
        if (!off) {
            var ends = transaction.state() instanceof TransactionState.Final;
            var calls = calls(settlement, ends ? MOST_CALLS : MOST_LINKS);
            var span = builder("settlement " + transaction.state().word(), settlement)
                    .setParent(TraceParent.context(before.traceparent()))
                    .setAttribute("tallystick.transaction.attempts", (long)
                            transaction.attempts().size())
                    .startSpan();
            link(span, calls);
            told(span, transaction);
            if (transaction.state() instanceof TransactionState.Final(var inclusion)) {
                calls.forEach(call -> settled(call, settlement, inclusion, span.getSpanContext(), now));
            }
            span.end();
        }
        if (transaction.state() instanceof TransactionState.Final) {
            settlement.claims().forEach(claim -> charges.forget(claim.channel(), claim.total())
                    .await()
                    .atMost(PATIENCE));
        }
    }

    private static void told(Span span, Transaction transaction) {
        inclusion(transaction.state())
                .ifPresentOrElse(
                        in -> span.setAttribute(
                                        "tallystick.transaction.hash", in.hash().hex())
                                .setAttribute("tallystick.transaction.block", in.block())
                                .setAttribute("tallystick.transaction.gas", in.gasUsed()),
                        () -> transaction
                                .newest()
                                .ifPresent(attempt -> span.setAttribute(
                                        "tallystick.transaction.hash",
                                        attempt.hash().hex())));
        switch (transaction.state()) {
            case TransactionState.Reverted _, TransactionState.Refused _ -> span.setStatus(StatusCode.ERROR);
            case TransactionState.Planned _,
                    TransactionState.Signed _,
                    TransactionState.Sent _,
                    TransactionState.Mined _,
                    TransactionState.Final _ -> {}
        }
    }

    private static Optional<Inclusion> inclusion(TransactionState state) {
        return switch (state) {
            case TransactionState.Mined(var _, var in) -> Optional.of(in);
            case TransactionState.Final(var in) -> Optional.of(in);
            case TransactionState.Reverted(var in) -> Optional.of(in);
            case TransactionState.Planned _,
                    TransactionState.Signed _,
                    TransactionState.Sent _,
                    TransactionState.Refused _ -> Optional.empty();
        };
    }

    /** In the call's trace, from its charge to here: the last that is to be told of it. */
    private void settled(
            Charged call, Settlement settlement, Inclusion inclusion, SpanContext settlementSpan, Instant now) {
        builder("settled", settlement)
                .setParent(TraceParent.context(call.traceparent()))
                .setStartTimestamp(call.at())
                .setAttribute("tallystick.hold.id", call.hold().toString())
                .setAttribute("tallystick.channel.id", call.channel().hex())
                .setAttribute("tallystick.transaction.hash", inclusion.hash().hex())
                .setAttribute("tallystick.transaction.block", inclusion.block())
                .addLink(settlementSpan)
                .startSpan()
                .end(now);
    }

    private SpanBuilder builder(String name, Settlement settlement) {
        return tracer.spanBuilder(name)
                .setAttribute("tallystick.settlement.id", settlement.id().toString())
                .setAttribute("tallystick.tenant", settlement.tenant())
                .setAttribute("tallystick.settlement.channels", (long)
                        settlement.claims().size());
    }

    private static void link(Span span, List<Charged> calls) {
        calls.stream().limit(MOST_LINKS).forEach(call -> span.addLink(TraceParent.span(call.traceparent())));
    }

    private List<Charged> calls(Settlement settlement, int most) {
        var calls = new ArrayList<Charged>();
        for (var claim : settlement.claims()) {
            if (calls.size() < most) {
                calls.addAll(charges.settledBy(claim.channel(), claim.total(), most - calls.size())
                        .await()
                        .atMost(PATIENCE));
            }
        }
        return calls;
    }
}
