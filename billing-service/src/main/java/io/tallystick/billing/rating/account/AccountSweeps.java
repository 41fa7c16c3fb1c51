package io.tallystick.billing.rating.account;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.rating.card.RatingConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;

/** What accounts need now and then. Each sweep does what is due at that moment; a lost one is made good by the next. */
@ApplicationScoped
public class AccountSweeps {
    private final Accounts accounts;
    private final Allocations allocations;
    private final RatingConfig config;
    private final Clock clock = Clock.systemUTC();

    AccountSweeps(Accounts accounts, Allocations allocations, RatingConfig config) {
        this.accounts = accounts;
        this.allocations = allocations;
        this.config = config;
    }

    /**
     * Re-rates accounts after a new version of their card: usage of an hour may have come before its price. The next
     * message of an account would do the same; this is for those that send none.
     */
    @Scheduled(every = "${tallystick.rating.sweep:2s}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> followCards() {
        return each(
                accounts.behindTheirCard(config.batch()),
                account -> accounts.follow(account, List.of(), clock.instant()));
    }

    /** Charges what is owed on the payers' channels: a voucher or a deposit may have made room. */
    @Scheduled(every = "${tallystick.rating.allocate-every:5s}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> allocate() {
        return each(allocations.owing(config.batch()), account -> allocations.allocate(account, clock.instant()));
    }

    /** Brings the ledger level: one transfer an account and interval. */
    @Scheduled(every = "${tallystick.ledger.every:10s}", concurrentExecution = ConcurrentExecution.SKIP)
    public Uni<Void> book() {
        return each(allocations.notBooked(config.batch()), account -> allocations.book(account, clock.instant()));
    }

    private static Uni<Void> each(Uni<List<AccountEntity.Key>> due, Function<AccountEntity.Key, Uni<Void>> work) {
        return due.chain(accounts -> Multi.createFrom()
                .iterable(accounts)
                .onItem()
                .transformToUniAndConcatenate(work::apply)
                .collect()
                .last());
    }
}
