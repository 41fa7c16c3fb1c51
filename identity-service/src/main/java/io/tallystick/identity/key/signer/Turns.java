package io.tallystick.identity.key.signer;

import io.tallystick.identity.key.signer.SignerFailed.Reason;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Lets so many things be under way at once, so many wait, and refuses the rest at once. */
final class Turns {
    private final int atOnce;
    private final int waiting;
    private final Queue<Runnable> queue = new ArrayDeque<>();
    private int underWay;

    Turns(int atOnce, int waiting) {
        this.atOnce = atOnce;
        this.waiting = waiting;
    }

    /** What {@code work} comes to, once it is its turn; {@link SignerFailed} if too many wait. */
    <T> CompletionStage<T> take(Supplier<CompletionStage<T>> work) {
        var result = new CompletableFuture<T>();
        Runnable start = () -> start(work, result);
        synchronized (this) {
            if (underWay >= atOnce) {
                if (queue.size() >= waiting) {
                    return CompletableFuture.failedFuture(new SignerFailed(
                            Reason.BUSY, "More is to be signed than the signer is asked for at once; try again."));
                }
                queue.add(start);
                return result;
            }
            underWay++;
        }
        start.run();
        return result;
    }

    private <T> void start(Supplier<CompletionStage<T>> work, CompletableFuture<T> result) {
        // Who gave up while it waited is not asked for.
        var stage = result.isDone() ? result : work.get();
        stage.whenComplete((value, failure) -> {
            next();
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure);
            }
        });
    }

    private void next() {
        Runnable next;
        synchronized (this) {
            next = queue.poll();
            if (next == null) {
                underWay--;
                return;
            }
        }
        next.run();
    }
}
