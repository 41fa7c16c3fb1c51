package io.tallystick.billing.rating.account;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordBatchMetadata;
import io.tallystick.billing.InboxEnd;
import io.tallystick.billing.InboxLag;
import io.tallystick.events.Funding;
import io.tallystick.events.MeterAdvanced;
import io.tallystick.kit.inbox.Received;
import io.tallystick.kit.outbox.TraceParent;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Follows the meters. Kafka may deliver a message twice, late, or not at all before its successor; each carries totals,
 * so whatever was kept is right again after the next one.
 */
@ApplicationScoped
class MeterAdvancedConsumer {
    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int MOST_LINKS = 32;

    private final Accounts accounts;
    private final Counter unreadable;
    private final Tracer tracer;
    private final InboxLag lag;
    private final InboxEnd end;
    private final Clock clock = Clock.systemUTC();

    MeterAdvancedConsumer(Accounts accounts, MeterRegistry metrics, Tracer tracer, InboxLag lag, InboxEnd end) {
        this.accounts = accounts;
        this.tracer = tracer;
        this.lag = lag;
        this.end = end;
        this.unreadable = Counter.builder("tallystick.inbox.unreadable")
                .description("Messages that this version could not read and passed over")
                .tag("topic", "meter.advanced")
                .register(metrics);
    }

    /**
     * The batch is acknowledged when the returned Uni completes, that is after the last account's transaction. While the
     * database is away it is tried again; after {@link #PATIENCE} the consumer stops, and the service says it is not well.
     */
    @Incoming("meter-advanced")
    Uni<Void> on(List<Received> batch, IncomingKafkaRecordBatchMetadata<?, ?> kafka) {
        return end.unlessEnding(() -> rated(batch, kafka));
    }

    private Uni<Void> rated(List<Received> batch, IncomingKafkaRecordBatchMetadata<?, ?> kafka) {
        var span = span(kafka);
        StreamSupport.stream(kafka.getRecords().spliterator(), false)
                .mapToLong(message -> message.timestamp())
                .max()
                .ifPresent(newest -> lag.read("meter-advanced", Instant.ofEpochMilli(newest)));
        return Uni.createFrom()
                .deferred(() -> within(span, batch))
                .onFailure()
                .invoke(e -> Log.warnf("usage is not rated yet, messages=%d, cause=%s", batch.size(), e))
                .onFailure()
                .retry()
                .withBackOff(FIRST_WAIT, LONGEST_WAIT)
                .expireIn(PATIENCE.toMillis())
                .onFailure()
                .invoke(_ -> span.setStatus(StatusCode.ERROR))
                .onTermination()
                .invoke(() -> span.end());
    }

    /** Of many traces, so in none of them: linked to them. */
    private Span span(IncomingKafkaRecordBatchMetadata<?, ?> kafka) {
        var span = tracer.spanBuilder("process meter.advanced")
                .setNoParent()
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.type", "process")
                .setAttribute("messaging.destination.name", "meter.advanced")
                .setAttribute("messaging.batch.message_count", (long)
                        kafka.getRecords().count())
                .startSpan();
        if (span.isRecording()) {
            StreamSupport.stream(kafka.getRecords().spliterator(), false)
                    .map(message -> message.headers().lastHeader(TraceParent.HEADER))
                    .filter(Objects::nonNull)
                    .map(header -> TraceParent.span(new String(header.value(), StandardCharsets.US_ASCII)))
                    .filter(SpanContext::isValid)
                    .distinct()
                    .limit(MOST_LINKS)
                    .forEach(span::addLink);
        }
        return span;
    }

    private Uni<Void> within(Span span, List<Received> batch) {
        try (var _ = span.makeCurrent()) {
            return follow(batch);
        }
    }

    private Uni<Void> follow(List<Received> batch) {
        var calls = new ArrayList<MeterAdvanced>();
        var byAccount = new LinkedHashMap<AccountEntity.Key, List<MeterAdvanced>>();
        for (var received : batch) {
            switch (received) {
                case Received.Event(var envelope)
                when envelope.data() instanceof MeterAdvanced event ->
                    (event.funding() == Funding.CALL ? calls : of(event, byAccount)).add(event);
                case Received.Event(var envelope) -> skip(envelope.type());
                case Received.Unreadable(var _, var reason) -> skip(reason);
            }
        }
        var kept = calls.isEmpty() ? Uni.createFrom().voidItem() : accounts.keepCalls(calls);
        return kept.chain(() -> Multi.createFrom()
                .iterable(byAccount.entrySet())
                .onItem()
                .transformToUniAndConcatenate(each -> follow(each.getKey(), each.getValue()))
                .collect()
                .last());
    }

    /** One account's failure is its own, unless its totals cannot even be kept: then the database is away. */
    private Uni<Void> follow(AccountEntity.Key account, List<MeterAdvanced> advanced) {
        return accounts.follow(account, advanced, clock.instant()).onFailure().recoverWithUni(e -> {
            Log.errorf(e, "usage not rated, tenant=%s, subject=%s", account.tenant(), account.subject());
            return accounts.keepUnrated(account, advanced, clock.instant());
        });
    }

    private static List<MeterAdvanced> of(MeterAdvanced event, Map<AccountEntity.Key, List<MeterAdvanced>> byAccount) {
        var account = new AccountEntity.Key(event.tenant(), event.subject());
        return byAccount.computeIfAbsent(account, _ -> new ArrayList<>());
    }

    private void skip(String reason) {
        unreadable.increment();
        Log.warnf("message passed over, topic=meter.advanced, reason=%s", reason);
    }
}
