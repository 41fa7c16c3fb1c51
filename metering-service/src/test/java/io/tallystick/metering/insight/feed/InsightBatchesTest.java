package io.tallystick.metering.insight.feed;

import static io.tallystick.metering.insight.Told.captured;
import static io.tallystick.metering.insight.Told.used;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import io.tallystick.metering.insight.feed.InsightOffsets.FencedException;
import io.tallystick.metering.insight.feed.InsightOffsets.Partition;
import io.tallystick.metering.insight.feed.InsightOffsets.Step;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The transaction that takes in, on a real database. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class InsightBatchesTest {
    private static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");

    private final MeteringClient client = MeteringClient.ofNewTenant();
    private final Partition partition = new Partition("topic-" + UUID.randomUUID(), "id", 0);

    @Inject
    InsightBatches batches;

    @Inject
    InsightOffsets offsets;

    @Test
    void beginsAtTheOldestRecordAndGoesOnWhereItWas() {
        assertThat(offsets.of(Set.of(partition), Map.of(partition, 7L))).containsEntry(partition, 7L);

        batches.take(List.of(), List.of(new Step(partition, 7, 9)));

        assertThat(offsets.of(Set.of(partition), Map.of(partition, 8L))).containsEntry(partition, 9L);
        var anew = new Partition(partition.topic(), "another", 0);
        assertThat(offsets.of(Set.of(anew), Map.of(anew, 0L))).isEmpty();
    }

    /** A process that was paused believes that it still has its partition; another has gone on with it. */
    @Test
    void aZombieTakesNothingIn() {
        offsets.of(Set.of(partition), Map.of(partition, 0L));
        var events = List.of(
                captured(client.tenant(), "ada", "m1", 10, NOON),
                used(client.tenant(), "ada", "output_text", "m1", NOON, "5", "0"));
        batches.take(List.copyOf(events), List.of(new Step(partition, 0, 2)));

        assertThatThrownBy(() -> batches.take(
                        List.of(captured(client.tenant(), "ada", "m1", 10, NOON)), List.of(new Step(partition, 0, 2))))
                .isInstanceOf(FencedException.class);

        client.request()
                .get("/v1/insight/cost?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z")
                .then()
                .body("rows[0].amounts[0].calls", org.hamcrest.Matchers.is("1"));
    }
}
