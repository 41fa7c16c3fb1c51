package io.tallystick.billing.payment.hold;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
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

    /** Longer than a database is away; after it the consumer stops and is reported as dead. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Payments payments;
    private final InboxLag lag;

    CallMeteredConsumer(Payments payments, InboxLag lag) {
        this.payments = payments;
        this.lag = lag;
    }

    /** Acknowledged when the charge is written; while the database is away the event waits and is not lost. */
    @Incoming("call-metered")
    Uni<Void> on(Received received, IncomingKafkaRecordMetadata<?, ?> kafka) {
        lag.read("call-metered", kafka.getTimestamp());
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
        return payments.capture(call.tenant(), id, call.usage(), Instant.now())
                .onFailure(CallMeteredConsumer::mayPass)
                .retry()
                .withBackOff(FIRST_WAIT, LONGEST_WAIT)
                .expireIn(PATIENCE.toMillis())
                .onFailure(failure -> !mayPass(failure))
                .invoke(e -> Log.errorf(
                        e, "metered call cannot be captured, hold=%s, tenant=%s", call.holdId(), call.tenant()))
                .onFailure(failure -> !mayPass(failure))
                .recoverWithItem(Settlement.Unknown.NO_SUCH_HOLD)
                .invoke(settlement -> report(call, settlement))
                .replaceWithVoid();
    }

    private static void report(CallMetered call, Settlement settlement) {
        if (!(settlement instanceof Settlement.Captured)) {
            Log.warnf(
                    "metered call not captured, hold=%s, tenant=%s, outcome=%s",
                    call.holdId(), call.tenant(), settlement.getClass().getSimpleName());
        }
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
