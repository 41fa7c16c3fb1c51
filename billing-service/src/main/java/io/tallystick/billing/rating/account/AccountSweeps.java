package io.tallystick.billing.rating.account;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.rating.card.RatingConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/** What accounts need now and then. Each sweep does what is due at that moment; a lost one is made good by the next. */
@ApplicationScoped
public class AccountSweeps {
    /** How long an account that failed is left alone. */
    private static final Duration FAULT_WAIT = Duration.ofMinutes(1);

    private final Accounts accounts;
    private final Allocations allocations;
    private final AccountFaults faults;
    private final RatingConfig config;
    private final Clock clock = Clock.systemUTC();

    AccountSweeps(Accounts accounts, Allocations allocations, AccountFaults faults, RatingConfig config) {
        this.accounts = accounts;
        this.allocations = allocations;
        this.faults = faults;
        this.config = config;
    }

    /**
     * Re-rates accounts after a new version of their card: usage of an hour may have come before its price. The next
     * message of an account would do the same; this is for those that send none.
     */
    @Scheduled(every = "${tallystick.rating.sweep:2s}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> followCards() {
        return each(
                accounts.behindTheirCard(faultsBefore(), config.batch()),
                account -> accounts.follow(account, List.of(), clock.instant()),
                AccountFault.RATING_FAILED);
    }

    /** Charges what is owed on the payers' channels: a voucher or a deposit may have made room. */
    @Scheduled(every = "${tallystick.rating.allocate-every:5s}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> allocate() {
        return each(
                allocations.owing(faultsBefore(), config.batch()),
                account -> allocations.allocate(account, clock.instant()),
                AccountFault.ALLOCATION_FAILED);
    }

    /** Brings the ledger level: one transfer an account and interval. */
    @Scheduled(every = "${tallystick.ledger.every:10s}", concurrentExecution = ConcurrentExecution.SKIP)
    public Uni<Void> book() {
        return each(
                allocations.notBooked(faultsBefore(), config.batch()),
                account -> allocations.book(account, clock.instant()),
                AccountFault.BOOKING_FAILED);
    }

    private Instant faultsBefore() {
        return clock.instant().minus(FAULT_WAIT);
    }

    /** An account that fails is named and waits; those after it are next all the same. */
    private Uni<Void> each(
            Uni<List<AccountEntity.Key>> due, Function<AccountEntity.Key, Uni<Void>> work, AccountFault fault) {
        return due.chain(accounts -> Multi.createFrom()
                .iterable(accounts)
                .onItem()
                .transformToUniAndConcatenate(account -> work.apply(account)
                        .onFailure()
                        .recoverWithUni(e -> faults.found(account, fault, e, clock.instant())))
                .collect()
                .last());
    }
}
