package io.tallystick.billing.payment.hold;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
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
    private final Map<String, Line> lines = new HashMap<>();

    /** Who waits to ask, by whose calls they are; there while somebody asks. */
    private final Map<String, Queue<UniEmitter<? super Boolean>>> asking = new HashMap<>();

    Turns(PaymentConfig config) {
        this.config = config;
    }

    /**
     * Asks until the answer is not that the channel is busy, or the wait is over.
     *
     * @param begun when the call asked first: after {@link PaymentConfig#authorizeWithin} nobody waits for it any more
     */
    public Uni<Taken> take(ChannelId channel, Instant begun, Supplier<Uni<Taken>> ask) {
        return take(channel.hex(), begun, Taken.Not.BUSY, ask);
    }

    /**
     * The same for calls of one caller, whatever pays them. They ask one at a time: the one that asks waits for locks that
     * the others would wait for as well, each with a connection of its own.
     *
     * @param line whose calls they are
     * @param busy the answer that means: ask again
     */
    public <T> Uni<T> takeAlone(String line, Instant begun, T busy, Supplier<Uni<T>> ask) {
        var last = begun.plus(config.authorizeWithin());
        return take(line, begun, busy, () -> alone(line, last, busy, ask));
    }

    private <T> Uni<T> take(String line, Instant begun, T busy, Supplier<Uni<T>> ask) {
        var last = begun.plus(config.authorizeWithin());
        return clock.instant().isAfter(last)
                ? Uni.createFrom().item(busy)
                : ask.get()
                        .chain(first -> first.equals(busy)
                                ? inLine(line, last, busy, ask)
                                : Uni.createFrom().item(first));
    }

    private <T> Uni<T> alone(String line, Instant last, T busy, Supplier<Uni<T>> ask) {
        return Uni.createFrom()
                .<Boolean>emitter(turn -> enter(line, turn))
                .chain(entered -> entered
                        ? Uni.createFrom()
                                .deferred(() -> clock.instant().isAfter(last)
                                        ? Uni.createFrom().item(busy)
                                        : ask.get())
                                .eventually(() -> next(line))
                        : Uni.createFrom().item(busy));
    }

    /** Goes on at once if nobody asks, or when all before have; not at all if there are too many. */
    private void enter(String line, UniEmitter<? super Boolean> turn) {
        var now = false;
        synchronized (this) {
            var before = asking.get(line);
            if (before == null) {
                asking.put(line, new ArrayDeque<>());
                now = true;
            } else if (before.size() < config.waitingCalls()) {
                before.add(turn);
                return;
            }
        }
        turn.complete(now);
    }

    private void next(String line) {
        UniEmitter<? super Boolean> next;
        synchronized (this) {
            next = asking.get(line).poll();
            if (next == null) {
                asking.remove(line);
                return;
            }
        }
        next.complete(true);
    }

    private <T> Uni<T> inLine(String line, Instant last, T busy, Supplier<Uni<T>> ask) {
        var patience = clock.instant().plus(config.waitForTurn());
        var until = (patience.isBefore(last) ? patience : last).toEpochMilli();
        return Uni.createFrom().deferred(() -> {
            var ticket = enter(line);
            if (ticket == null) {
                return Uni.createFrom().item(busy);
            }
            return look(line, ticket, busy, ask, until).eventually(() -> leave(line, ticket));
        });
    }

    private <T> Uni<T> look(String line, Object ticket, T busy, Supplier<Uni<T>> ask, long until) {
        var over = clock.millis() >= until;
        // Who waited to the end asks once more, first or not: the money may be free by now.
        var asked = over || isFirst(line, ticket) ? ask.get() : Uni.createFrom().item(busy);
        return asked.chain(taken -> over || !taken.equals(busy)
                ? Uni.createFrom().item(taken)
                : Uni.createFrom()
                        .voidItem()
                        .onItem()
                        .delayIt()
                        .by(config.lookEvery())
                        .chain(() -> look(line, ticket, busy, ask, until)));
    }

    private synchronized Object enter(String name) {
        var line = lines.computeIfAbsent(name, _ -> new Line(new ArrayDeque<>()));
        if (line.waiting().size() >= config.waitingCalls()) {
            return null;
        }
        var ticket = new Object();
        line.waiting().add(ticket);
        return ticket;
    }

    private synchronized boolean isFirst(String name, Object ticket) {
        return lines.get(name).waiting().peek() == ticket;
    }

    private synchronized void leave(String name, Object ticket) {
        var line = lines.get(name);
        line.waiting().remove(ticket);
        if (line.waiting().isEmpty()) {
            lines.remove(name);
        }
    }

    private record Line(Queue<Object> waiting) {}
}
