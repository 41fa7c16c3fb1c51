package io.tallystick.billing.payment.hold;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.signature.ChannelId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * Lets the calls of a channel wait for each other.
 *
 * <p>Whoever comes asks once, at once: a payer that signed enough need not wait. The others line up, and only the first
 * of the line asks again, so that a hundred calls at once do not ask the database a hundred times each. Who gets the
 * money is decided there, under the channel's lock, also between several processes.
 */
@ApplicationScoped
public class Turns {
    private final PaymentConfig config;
    private final InstantSource clock = InstantSource.system();
    private final Map<ChannelId, Line> lines = new HashMap<>();

    Turns(PaymentConfig config) {
        this.config = config;
    }

    /**
     * Asks until the answer is not that the channel is busy, or the wait is over.
     *
     * @param begun when the call asked first: after {@link PaymentConfig#authorizeWithin} nobody waits for it any more
     */
    public Uni<Taken> take(ChannelId channel, Instant begun, Supplier<Uni<Taken>> ask) {
        var last = begun.plus(config.authorizeWithin());
        return clock.instant().isAfter(last) ? Uni.createFrom().item(Taken.Not.BUSY) : asked(channel, last, ask);
    }

    private Uni<Taken> asked(ChannelId channel, Instant last, Supplier<Uni<Taken>> ask) {
        return ask.get()
                .chain(first -> first == Taken.Not.BUSY
                        ? inLine(channel, last, ask)
                        : Uni.createFrom().item(first));
    }

    private Uni<Taken> inLine(ChannelId channel, Instant last, Supplier<Uni<Taken>> ask) {
        var patience = clock.instant().plus(config.waitForTurn());
        var until = (patience.isBefore(last) ? patience : last).toEpochMilli();
        return Uni.createFrom().deferred(() -> {
            var ticket = enter(channel);
            if (ticket == null) {
                return Uni.createFrom().item(Taken.Not.BUSY);
            }
            return look(channel, ticket, ask, until).eventually(() -> leave(channel, ticket));
        });
    }

    private Uni<Taken> look(ChannelId channel, Object ticket, Supplier<Uni<Taken>> ask, long until) {
        var asked = isFirst(channel, ticket) ? ask.get() : Uni.createFrom().<Taken>item(Taken.Not.BUSY);
        return asked.chain(taken -> taken != Taken.Not.BUSY || clock.millis() >= until
                ? Uni.createFrom().item(taken)
                : Uni.createFrom()
                        .voidItem()
                        .onItem()
                        .delayIt()
                        .by(config.lookEvery())
                        .chain(() -> look(channel, ticket, ask, until)));
    }

    private synchronized Object enter(ChannelId channel) {
        var line = lines.computeIfAbsent(channel, _ -> new Line(new ArrayDeque<>()));
        if (line.waiting().size() >= config.waitingCalls()) {
            return null;
        }
        var ticket = new Object();
        line.waiting().add(ticket);
        return ticket;
    }

    private synchronized boolean isFirst(ChannelId channel, Object ticket) {
        return lines.get(channel).waiting().peek() == ticket;
    }

    private synchronized void leave(ChannelId channel, Object ticket) {
        var line = lines.get(channel);
        line.waiting().remove(ticket);
        if (line.waiting().isEmpty()) {
            lines.remove(channel);
        }
    }

    private record Line(Queue<Object> waiting) {}
}
