package io.tallystick.billing.payment.hold;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import io.tallystick.billing.InboxEnd;
import io.tallystick.billing.InboxLag;
import io.tallystick.billing.payment.Settlement;
import io.tallystick.events.CallMetered;
import io.tallystick.kit.inbox.Received;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Captures what the gateway may not have had time to capture. A hold is charged once, so after the gateway's own capture
 * an event finds nothing left to do.
 */
@ApplicationScoped
class CallMeteredConsumer {
    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final Payments payments;
    private final MeterRegistry metrics;
    private final InboxLag lag;
    private final InboxEnd end;

    CallMeteredConsumer(Payments payments, MeterRegistry metrics, InboxLag lag, InboxEnd end) {
        this.payments = payments;
        this.metrics = metrics;
        this.lag = lag;
        this.end = end;
    }

    /**
     * Acknowledged when the charge is written, or is sure to be made. While the database is away the event waits, for as
     * long as it takes; the chain is not asked here.
     */
    @Incoming("call-metered")
    Uni<Void> on(Received received, IncomingKafkaRecordMetadata<?, ?> kafka) {
        lag.read("call-metered", kafka.getTimestamp());
        return end.unlessEnding(() -> taken(received));
    }

    private Uni<Void> taken(Received received) {
        return switch (received) {
            case Received.Event(var envelope) when envelope.data() instanceof CallMetered call -> capture(call);
            case Received.Event(var envelope) -> skipped("another event's type, type=" + envelope.type());
            case Received.Unreadable(var _, var reason) -> skipped(reason);
        };
    }

    private Uni<Void> capture(CallMetered call) {
        UUID id;
        try {
            id = UUID.fromString(call.holdId());
        } catch (IllegalArgumentException e) {
            return skipped("no hold id, hold=" + call.holdId());
        }
        return payments.captureRecorded(call.tenant(), id, call.usage(), Instant.now())
                .onFailure(CallMeteredConsumer::mayPass)
                .retry()
                .withBackOff(FIRST_WAIT, LONGEST_WAIT)
                .indefinitely()
                .map(settlement -> report(call, settlement))
                .onFailure()
                .recoverWithItem(fault -> broken(call, fault))
                .invoke(outcome -> metrics.counter("tallystick.payment.metered", "outcome", outcome)
                        .increment())
                .replaceWithVoid();
    }

    private static String report(CallMetered call, Settlement settlement) {
        var outcome =
                switch (settlement) {
                    case Settlement.Captured _ -> "captured";
                    case Settlement.Pending _ -> "settling";
                    // Metered and not charged: the gateway gave the call up though its record was in the log.
                    case Settlement.Voided _ -> "voided";
                    case Settlement.Failed _ -> "failed";
                    case Settlement.Unknown.NO_SUCH_HOLD -> "unknown";
                };
        if (!(settlement instanceof Settlement.Captured || settlement instanceof Settlement.Pending)) {
            Log.warnf(
                    "metered call not captured, hold=%s, tenant=%s, outcome=%s", call.holdId(), call.tenant(), outcome);
        }
        return outcome;
    }

    /** Told and counted, and the next event is taken: one that we cannot understand must not hold up the others. */
    private static String broken(CallMetered call, Throwable fault) {
        Log.errorf(fault, "metered call cannot be captured, hold=%s, tenant=%s", call.holdId(), call.tenant());
        return "broken";
    }

    /** A fault of ours does not go away by waiting. */
    private static boolean mayPass(Throwable failure) {
        return !(failure instanceof IllegalStateException || failure instanceof IllegalArgumentException);
    }

    private static Uni<Void> skipped(String reason) {
        Log.warnf("event skipped, topic=call.metered, reason=%s", reason);
        return Uni.createFrom().voidItem();
    }
}
