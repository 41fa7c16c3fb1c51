package io.tallystick.acceptance.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/**
 * One random history. Each step is what one transaction, one message or one block does; between any two a process may
 * die, and then goes on from what was stored.
 */
final class History {
    private static final int STEPS = 120;

    private final World world;
    private final UsageSteps usage;
    private final CallSteps calls;
    private final ChainSteps chain;
    private final BookSteps books;
    private final Rules rules;
    private final List<String> told = new ArrayList<>();
    private final List<Supplier<String>> actions = new ArrayList<>();

    History(long seed) {
        world = new World(seed);
        usage = new UsageSteps(world);
        calls = new CallSteps(world);
        chain = new ChainSteps(world);
        books = new BookSteps(world);
        rules = new Rules(world);
        often(3, usage::report);
        often(1, usage::takeBack);
        often(2, usage::count);
        often(2, usage::relay);
        often(3, usage::deliver);
        often(1, usage::lose);
        often(1, usage::passTime);
        often(1, usage::postPrice);
        often(1, usage::rerate);
        often(4, calls::authorize);
        often(2, calls::serve);
        often(2, calls::capture);
        often(1, calls::captureFromEvent);
        often(1, calls::release);
        often(1, calls::lapse);
        often(1, calls::die);
        often(1, chain::deposit);
        often(3, chain::look);
        often(2, chain::mine);
        often(1, chain::reorganise);
        often(1, chain::planClaim);
        often(3, chain::work);
        often(2, chain::refund);
        often(1, chain::refundEnded);
        often(1, chain::leave);
        often(2, books::followLedger);
        often(1, books::allocate);
    }

    private void often(int times, Supplier<String> action) {
        actions.addAll(Collections.nCopies(times, action));
    }

    int steps() {
        return told.size();
    }

    /** What happened so far, a line a step. */
    String told() {
        return String.join("\n", told);
    }

    /** Runs it, and then lets everything that is under way arrive. */
    void run() {
        for (int i = 0; i < STEPS; i++) {
            step(world.pick(actions));
        }
        settle();
    }

    private void step(Supplier<String> action) {
        told.add(told.size() + " …");
        told.set(told.size() - 1, (told.size() - 1) + " " + action.get());
        rules.check();
    }

    /** Nobody dies any more: all that is under way arrives, and everything has to be level. */
    private void settle() {
        step(() -> {
            world.metering.count(world.metering.log.size());
            world.wire.addAll(world.metering.outbox.values());
            world.wire.forEach(message -> world.rating.follow(message, world.now));
            World.SUBJECTS.forEach(subject -> world.rating.rerate(subject, world.now));
            return "everything counted and rated";
        });
        step(() -> {
            world.metering.metered.forEach(calls::capture);
            world.now = world.now.plus(ModelPayments.HOLD_FOR);
            world.payments.lapse(world.now);
            return "every call ended";
        });
        for (int round = 0; round < 12; round++) {
            world.now = world.now.plusSeconds(1200);
            step(() -> {
                world.payments.channels.values().forEach(chain::planClaim);
                for (int i = 0; i < 4; i++) {
                    world.settlement.transactions.keySet().forEach(key -> world.settlement.work(key, world.now, false));
                }
                world.chain.mine(world.random, true);
                return "everything sent and mined";
            });
            step(() -> {
                for (var id : world.payments.channels.keySet()) {
                    chain.look(id, true);
                    chain.look(id, false);
                    books.followLedger(id);
                }
                return "everything looked at and booked";
            });
        }
        rules.checkEnd();
    }
}
