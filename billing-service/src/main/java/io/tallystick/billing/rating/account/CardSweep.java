package io.tallystick.billing.rating.account;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.rating.card.RatingConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;

/**
 * Re-rates accounts after a new version of their card: usage of an hour may have come before its price. The next message
 * of an account would do the same; this is for those that send none.
 */
@ApplicationScoped
class CardSweep {
    private final Accounts accounts;
    private final RatingConfig config;
    private final Clock clock = Clock.systemUTC();

    CardSweep(Accounts accounts, RatingConfig config) {
        this.accounts = accounts;
        this.config = config;
    }

    @Scheduled(every = "${tallystick.rating.sweep:2s}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> sweep() {
        return accounts.behindTheirCard(config.batch()).chain(behind -> Multi.createFrom()
                .iterable(behind)
                .onItem()
                .transformToUniAndConcatenate(account -> accounts.follow(account, List.of(), clock.instant()))
                .collect()
                .last());
    }
}
