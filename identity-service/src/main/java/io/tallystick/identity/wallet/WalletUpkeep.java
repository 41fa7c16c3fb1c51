package io.tallystick.identity.wallet;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What happens to wallets without anyone asking for it. Any instance may do it, and two at once do no harm. */
@ApplicationScoped
class WalletUpkeep {
    /** Three times in the time for which it is told, so that an installation that was down loses no link. */
    static final Duration TELL_AGAIN_AFTER = Duration.ofDays(7);

    /** As long as its events are on the topic. */
    static final Duration KEPT_AFTER_ITS_END = Duration.ofDays(40);

    private final Challenges challenges;
    private final Wallets wallets;

    WalletUpkeep(Challenges challenges, Wallets wallets) {
        this.challenges = challenges;
        this.wallets = wallets;
    }

    /** Four million links in a week at most, each by a transaction that others wait for. */
    @Scheduled(every = "30s", delayed = "20s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> tellAgain() {
        return quietly(
                "wallets not told again",
                tellAgain(Instant.now().truncatedTo(ChronoUnit.MILLIS)).replaceWithVoid());
    }

    Uni<Integer> tellAgain(Instant now) {
        return wallets.tellAgain(now.minus(TELL_AGAIN_AFTER), now);
    }

    /** Tells of all links once more, if the event key is another. */
    @Scheduled(every = "10s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> tellAllAgain() {
        return quietly(
                "wallets not told again with another key",
                wallets.tellAllAgain(Instant.now().truncatedTo(ChronoUnit.MILLIS)));
    }

    @Scheduled(every = "1m", delayed = "25s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return quietly("unlinked wallets not deleted", forget(Instant.now()).replaceWithVoid());
    }

    Uni<Integer> forget(Instant now) {
        return wallets.forget(now.minus(KEPT_AFTER_ITS_END));
    }

    @Scheduled(every = "1m", delayed = "15s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> forgetChallenges() {
        return quietly(
                "expired challenges not deleted",
                challenges.forget(Instant.now()).replaceWithVoid());
    }

    private static Uni<Void> quietly(String failed, Uni<Void> work) {
        return work.onFailure()
                .invoke(e -> Log.warnf("%s, cause=%s", failed, e))
                .onFailure()
                .recoverWithNull();
    }
}
