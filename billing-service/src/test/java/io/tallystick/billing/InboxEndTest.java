package io.tallystick.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InboxEndTest {

    private final InboxEnd end = new InboxEnd();

    @Test
    void whatIsUnderWayFinishesAndIsAcknowledged() throws Exception {
        var write = new CompletableFuture<Void>();
        var acknowledged =
                end.unlessEnding(() -> Uni.createFrom().completionStage(write)).subscribeAsCompletionStage();

        var stopped = CompletableFuture.runAsync(this::stop);
        Thread.sleep(100);
        assertThat(stopped).isNotDone();
        write.complete(null);

        assertThat(stopped).succeedsWithin(5, TimeUnit.SECONDS);
        assertThat(acknowledged).isDone();
    }

    @Test
    void whatFailsDoesNotKeepTheServiceFromEnding() {
        end.unlessEnding(() -> {
                    throw new IllegalStateException("at once");
                })
                .onFailure()
                .recoverWithNull()
                .await()
                .indefinitely();

        assertThat(CompletableFuture.runAsync(this::stop)).succeedsWithin(5, TimeUnit.SECONDS);
    }

    @Test
    void whatComesAfterwardsIsNeitherBegunNorAcknowledged() throws Exception {
        end.stop(new ShutdownEvent());
        var begun = new AtomicBoolean();

        var acknowledged = end.unlessEnding(() -> {
                    begun.set(true);
                    return Uni.createFrom().voidItem();
                })
                .subscribeAsCompletionStage();

        assertThat(begun).isFalse();
        assertThat(acknowledged).isNotDone();
    }

    private void stop() {
        try {
            end.stop(new ShutdownEvent());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
