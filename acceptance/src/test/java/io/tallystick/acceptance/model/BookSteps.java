package io.tallystick.acceptance.model;

import io.tallystick.billing.ledger.LedgerAccount;
import io.tallystick.billing.ledger.Transfer;
import io.tallystick.billing.signature.ChannelId;
import java.util.List;

/** What is owed, on its way to the channels and into the ledger. */
final class BookSteps {
    private final World world;

    BookSteps(World world) {
        this.world = world;
    }

    String followLedger() {
        var id = world.pick(List.copyOf(world.payments.channels.keySet()));
        followLedger(id);
        return "the ledger follows " + World.name(id);
    }

    void followLedger(ChannelId id) {
        var channel = world.payments.channels.get(id);
        var claimed = channel.chain().claimed();
        for (var transfer : world.books.get(id).follow(channel.charged(), claimed.finalized(), claimed.pending())) {
            world.book(transfer);
            world.books.computeIfPresent(id, (_, books) -> books.with(transfer));
        }
    }

    /** What the account owes is charged on its payer's channels, as far as they have room. */
    String allocate() {
        var subject = World.SUBJECTS.getFirst();
        var row = world.rating.accounts.get(subject);
        if (row == null) {
            return "allocate nothing";
        }
        var channel = world.payments.channels.get(
                world.pick(List.copyOf(world.payments.channels.keySet()).subList(0, 2)));
        var allocation = row.account().allocate(channel.room());
        if (allocation.amount().isZero()) {
            return "no room to allocate";
        }
        world.rating.accounts.put(subject, new ModelRating.Row(allocation.account(), row.versionsRated()));
        world.payments.channels.put(channel.id(), channel.allocate(allocation.amount()));
        var transfer = new Transfer.Posted(
                "allocated/" + allocation.account().charged().units(),
                World.account(channel.id()),
                LedgerAccount.receivable(World.TENANT, Tariff.USDC, subject),
                allocation.amount());
        world.book(transfer);
        world.books.computeIfPresent(channel.id(), (_, books) -> books.with(transfer));
        world.allocated.merge(channel.id(), allocation.amount().units().longValue(), Long::sum);
        return "allocate " + allocation.amount().units() + " on " + World.name(channel.id());
    }
}
