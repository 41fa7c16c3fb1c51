package io.tallystick.billing.rating.account;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.events.Funding;
import io.tallystick.events.MeterAdvanced;
import io.tallystick.kit.inbox.Received;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    private final Accounts accounts;
    private final Counter unreadable;
    private final Clock clock = Clock.systemUTC();

    MeterAdvancedConsumer(Accounts accounts, MeterRegistry metrics) {
        this.accounts = accounts;
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
    Uni<Void> on(List<Received> batch) {
        return Uni.createFrom()
                .deferred(() -> follow(batch))
                .onFailure()
                .invoke(e -> Log.warnf("usage is not rated yet, messages=%d, cause=%s", batch.size(), e))
                .onFailure()
                .retry()
                .withBackOff(FIRST_WAIT, LONGEST_WAIT)
                .expireIn(PATIENCE.toMillis());
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
