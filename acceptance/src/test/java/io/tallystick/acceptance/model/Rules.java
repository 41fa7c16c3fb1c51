package io.tallystick.acceptance.model;

import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.ledger.Balance;
import io.tallystick.billing.ledger.Transfer;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.HoldState;
import io.tallystick.billing.rating.Charge;
import io.tallystick.billing.signature.ChannelId;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What holds after every step, and what holds at the end. Remembers the step before, for what may only rise. */
final class Rules {
    private final World world;
    private final RecountedUsage recounted;
    private Map<ChannelId, Channel> channels = Map.of();
    private Map<UUID, Hold> holds = Map.of();
    private Map<String, ModelRating.Row> accounts = Map.of();
    private Map<ModelRating.ChargeKey, Charge> charges = Map.of();
    private List<Transfer> ledger = List.of();
    private final Map<ChannelId, Long> finallyClaimed = new HashMap<>();
    private boolean holdsMoved;

    Rules(World world) {
        this.world = world;
        this.recounted = new RecountedUsage(world);
    }

    void check() {
        recounted.check();
        checkAccounts();
        checkHolds();
        world.payments.channels.values().forEach(this::checkChannel);
        checkLedger();
        checkSettlement();
        remember();
    }

    private void remember() {
        channels = Map.copyOf(world.payments.channels);
        holds = Map.copyOf(world.payments.holds);
        accounts = Map.copyOf(world.rating.accounts);
        charges = new LinkedHashMap<>(world.rating.charges);
        ledger = List.copyOf(world.ledger.values());
    }

    private void checkAccounts() {
        world.rating.accounts.forEach((subject, row) -> {
            if (row.equals(accounts.get(subject))) {
                return;
            }
            var account = row.account();
            var booked = world.rating.charges.entrySet().stream()
                    .filter(each -> each.getKey().subject().equals(subject))
                    .map(Map.Entry::getValue)
                    .toList();
            holds(
                    sum(booked, each -> each.debited().units())
                            .equals(account.debited().units()),
                    "an account's debits are those of its charges");
            holds(
                    sum(booked, each -> each.credited().units())
                            .equals(account.credited().units()),
                    "an account's credits are those of its charges");
            holds(!account.credited().exceeds(account.debited()), "no more is credited than was debited");
            var owed = account.debited()
                    .units()
                    .subtract(account.credited().units())
                    .subtract(account.charged().units());
            holds(account.receivable().units().equals(owed.max(BigInteger.ZERO)), "receivable is rated less charged");
            var open = account.limit().units().subtract(account.receivable().units());
            holds(account.available().units().equals(open.max(BigInteger.ZERO)), "the limit closes the tap");
            var before = accounts.get(subject);
            if (before != null) {
                holds(!before.account().debited().exceeds(account.debited()), "debited never falls");
                holds(!before.account().credited().exceeds(account.credited()), "credited never falls");
                holds(!before.account().charged().exceeds(account.charged()), "an account's charged never falls");
                holds(!account.closedUntil().isBefore(before.account().closedUntil()), "a closed period stays closed");
            }
        });
        world.rating.charges.forEach((key, charge) -> {
            var before = accounts.get(key.subject());
            if (before != null && !charge.equals(charges.get(key))) {
                holds(!before.account().isClosed(charge.bookedIn()), "a closed bill is never changed");
            }
        });
    }

    /** A channel is what it was if neither it nor a hold moved: then its rules hold as they did. */
    private void checkChannel(Channel channel) {
        var id = channel.id();
        if (channel.equals(channels.get(id)) && !holdsMoved) {
            return;
        }
        var onHold = world.payments.holds.values().stream()
                .filter(hold ->
                        hold.channel().orElseThrow().equals(id) && hold.state().holds())
                .mapToLong(hold -> hold.maximum().units().longValue())
                .sum();
        holds(channel.held().units().longValue() == onHold, "held is what the open holds hold");
        holds(
                channel.charged().units().longValue() == captured(id) + world.allocated.get(id),
                "charged is what was captured and allocated");
        holds(!channel.claimed().exceeds(channel.charged()), "claimed <= charged");
        holds(!channel.spokenFor().exceeds(channel.authorized()), "charged + held <= authorized");
        var gone = channel.charged().exceeds(channel.chain().balance());
        holds(!gone || channel.closing(), "a shortfall closes the channel");
        holds(
                channel.exposure()
                        .units()
                        .equals(channel.charged()
                                .units()
                                .subtract(channel.claimed().units())),
                "exposure is charged less claimed");
        recounted.checkCost(channel);

        var before = channels.get(id);
        if (before != null) {
            holds(!before.authorized().exceeds(channel.authorized()), "authorized never falls");
            holds(!before.charged().exceeds(channel.charged()), "a channel's charged never falls");
            holds(
                    !before.chain()
                            .claimed()
                            .finalized()
                            .exceeds(channel.chain().claimed().finalized()),
                    "what is finally claimed never falls");
            holds(
                    !before.chain()
                            .deposited()
                            .finalized()
                            .exceeds(channel.chain().deposited().finalized()),
                    "what is finally deposited never falls");
            holds(
                    !before.chain()
                            .withdrawn()
                            .finalized()
                            .exceeds(channel.chain().withdrawn().finalized()),
                    "what is finally withdrawn never falls");
            holds(
                    !channel.spokenFor().exceeds(before.spokenFor())
                            || !channel.spokenFor().exceeds(channel.drawable()),
                    "charged + held grows within deposited - withdrawn only");
            holds(
                    !channel.refunding().exceeds(before.refunding())
                            || !channel.spokenFor().exceeds(channel.drawable()),
                    "no refund takes what is charged or held");
        }
    }

    private long captured(ChannelId id) {
        return world.payments.holds.values().stream()
                .filter(hold -> hold.channel().orElseThrow().equals(id))
                .mapToLong(hold -> hold.state() instanceof HoldState.Captured captured
                        ? captured.charge().units().longValue()
                        : 0)
                .sum();
    }

    private void checkHolds() {
        holdsMoved = world.payments.holds.size() != holds.size();
        world.payments.holds.forEach((id, hold) -> {
            if (hold.equals(holds.get(id))) {
                return;
            }
            holdsMoved = true;
            if (hold.state() instanceof HoldState.Captured captured) {
                holds(!captured.charge().exceeds(hold.maximum()), "no call is charged above its hold");
            }
            var before = holds.get(id);
            if (before != null
                    && (before.state() instanceof HoldState.Captured || before.state() instanceof HoldState.Voided)) {
                holds(before.equals(hold), "a call ends once");
            }
        });
    }

    private void checkLedger() {
        var booked = List.copyOf(world.ledger.values());
        holds(booked.subList(0, ledger.size()).equals(ledger), "a transfer is never changed");
        for (var channel : world.payments.channels.values()) {
            var id = channel.id();
            finallyClaimed.merge(
                    id, world.chain.funds(id, world.chain.finalBlock()).claimed(), Math::max);
            // Neither the charges nor the final claims fall: what held before the last transfer holds still.
            if (booked.size() == ledger.size()) {
                continue;
            }
            var balance = Balance.of(World.account(id), booked);
            holds(
                    balance.debitsPosted().compareTo(channel.charged().units()) <= 0,
                    "the ledger has no more charged than the channel");
            holds(
                    balance.creditsPosted().longValue() <= finallyClaimed.get(id),
                    "only final claims are booked as final");
            holds(
                    balance.debitsPosted().equals(world.books.get(id).charged().units())
                            && balance.creditsPosted()
                                    .equals(world.books.get(id).claimed().units()),
                    "a channel's books are what its transfers add up to");
        }
    }

    private void checkSettlement() {
        var onChain = world.chain.everything();
        for (var transaction : world.settlement.transactions.values()) {
            var times = onChain.stream()
                    .filter(tx -> transaction.hashes().contains(tx.hash()))
                    .count();
            holds(times <= 1, "nothing is settled twice");
            if (transaction.state() instanceof TransactionState.Final) {
                holds(times == 1, "what is final is in the chain");
            }
            for (var attempt : transaction.attempts()) {
                holds(
                        world.settlement
                                .nonces
                                .get(attempt.nonce())
                                .equals(transaction.intent().key()),
                        "a nonce belongs to one settlement");
            }
        }
    }

    /** Nothing is under way any more. */
    void checkEnd() {
        recounted.checkEnd();
        for (var channel : world.payments.channels.values()) {
            holds(channel.held().isZero(), "nothing is held for ever");
            var claimable = channel.charged().lesser(channel.chain().finalBalance());
            holds(
                    channel.voucher().isEmpty()
                            || !claimable.exceeds(channel.chain().claimed().finalized()),
                    "all that can be claimed was claimed");
            var balance = Balance.of(World.account(channel.id()), world.ledger.values());
            holds(balance.debitsPosted().equals(channel.charged().units()), "the ledger is level with the charges");
            holds(
                    balance.creditsPosted()
                            .equals(channel.chain().claimed().finalized().units()),
                    "the ledger is level with the claims");
            holds(balance.creditsPending().signum() == 0, "no claim stays pending");
        }
        world.settlement
                .transactions
                .values()
                .forEach(transaction -> holds(transaction.state().settled(), "every settlement ends"));
        world.metering.metered.forEach(event -> holds(
                !world.payments
                        .holds
                        .get(UUID.fromString(event.holdId()))
                        .state()
                        .holds(),
                "every call ends"));
    }

    private static BigInteger sum(List<Charge> charges, java.util.function.Function<Charge, BigInteger> total) {
        return charges.stream().map(total).reduce(BigInteger.ZERO, BigInteger::add);
    }

    static void holds(boolean rule, String name) {
        if (!rule) {
            throw new AssertionError("broken: " + name);
        }
    }
}
