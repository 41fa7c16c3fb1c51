package io.tallystick.billing.settlement;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.signature.ChannelId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Brings what the contract says of channels into their books. */
@ApplicationScoped
class Readings {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ChainReads reads;
    private final Channels channels;

    Readings(ChainReads reads, Channels channels) {
        this.reads = reads;
        this.channels = channels;
    }

    void newest(List<ChannelId> ids, Instant now) {
        if (ids.isEmpty()) {
            return;
        }
        booked(reads.channels(ids).chain(found -> each(ids, found, (id, reading) -> channels.seen(id, reading, now))));
    }

    /** @param block one that nothing can undo */
    void atFinalBlock(List<ChannelId> ids, long block, Instant now) {
        if (ids.isEmpty()) {
            return;
        }
        booked(reads.channelsAt(ids, block)
                .chain(found -> each(ids, found, (id, reading) -> channels.finalized(id, reading, now))));
    }

    private interface Booking {
        Uni<Optional<Channel>> book(ChannelId id, ChannelReading reading);
    }

    private static Uni<List<Optional<Channel>>> each(List<ChannelId> ids, List<ChannelReading> found, Booking booking) {
        return Multi.createFrom()
                .iterable(IntStream.range(0, ids.size()).boxed().toList())
                .onItem()
                .transformToUniAndConcatenate(i -> booking.book(ids.get(i), found.get(i)))
                .collect()
                .in(ArrayList::new, List::add);
    }

    private static void booked(Uni<?> work) {
        work.await().atMost(PATIENCE);
    }
}
