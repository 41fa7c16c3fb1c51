package io.tallystick.acceptance.model;

import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.signature.ChannelId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What happens on the chain, and what billing sees of it and wants of it. */
final class ChainSteps {
    private final World world;
    private final Random random;
    private final Map<String, Long> refunds = new HashMap<>();

    ChainSteps(World world) {
        this.world = world;
        this.random = world.random;
    }

    String deposit() {
        var id = world.pick(List.copyOf(world.payments.channels.keySet()));
        world.chain.send(new ToyChain.Tx(world.hash(), -1, id, new ToyChain.Deposit(1 + random.nextInt(80))));
        return "deposit on " + World.name(id);
    }

    /** Billing reads the contract at the newest or at a final block. */
    String look() {
        var id = world.pick(List.copyOf(world.payments.channels.keySet()));
        var last = random.nextInt(3) == 0;
        look(id, last);
        return "look at " + World.name(id) + (last ? " finally" : "");
    }

    void look(ChannelId id, boolean last) {
        world.payments.channels.computeIfPresent(
                id,
                (_, channel) -> last
                        ? channel.finalized(world.chain.read(id, world.chain.finalBlock()))
                        : channel.seen(world.chain.read(id, world.chain.head())));
    }

    String mine() {
        world.chain.mine(random, false);
        return "mine block " + world.chain.head();
    }

    String reorganise() {
        world.chain.reorganise(random);
        return "reorganise to block " + world.chain.head();
    }

    String planClaim() {
        var id = world.pick(List.copyOf(world.payments.channels.keySet()));
        return "plan to claim on " + World.name(id) + ": " + planClaim(world.payments.channels.get(id));
    }

    boolean planClaim(Channel channel) {
        var total = channel.charged().lesser(channel.chain().balance());
        if (channel.voucher().isEmpty() || !total.exceeds(channel.claimed())) {
            return false;
        }
        var claim = new ToyChain.Claim(
                channel.authorized().units().longValue(), total.units().longValue());
        // A claim that the contract refused is over; the same total again is another claim.
        var key = "claim:" + channel.id() + ":" + total.units();
        while (world.settlement.transactions.get(key) instanceof Transaction(var _, var state, var _, var _)
                && state.settled()) {
            key = key + "+";
        }
        world.settlement.want(key, new ToyChain.Tx(ToyChain.bytes32(0, 1), 0, channel.id(), claim));
        return true;
    }

    String work() {
        var open = world.settlement.transactions.values().stream()
                .filter(each -> !each.state().settled())
                .map(each -> each.intent().key())
                .toList();
        if (open.isEmpty()) {
            return "nothing to settle";
        }
        var key = world.pick(open);
        world.settlement.work(key, world.now, random.nextInt(4) == 0);
        return "work on " + key + ": "
                + world.settlement.transactions.get(key).state().word();
    }

    String refund() {
        var id = world.pick(List.copyOf(world.payments.channels.keySet()));
        var channel = world.payments.channels.get(id);
        var amount = 1 + random.nextInt(90);
        var nonce = channel.chain().refundNonce().longValue();
        var key = "refund:" + id + ":" + nonce;
        var next = channel.refunding(Tariff.usdc(amount));
        if (next.isEmpty() || world.settlement.transactions.containsKey(key)) {
            return "no refund on " + World.name(id);
        }
        world.payments.channels.put(id, next.get());
        refunds.put(key, (long) amount);
        world.settlement.want(key, new ToyChain.Tx(ToyChain.bytes32(0, 1), 0, id, new ToyChain.Refund(amount, nonce)));
        return "refund " + amount + " on " + World.name(id);
    }

    String refundEnded() {
        var ended = refunds.keySet().stream()
                .filter(key -> world.settlement.transactions.get(key).state().settled())
                .findFirst();
        ended.ifPresent(key -> {
            var id = new ChannelId(key.split(":", 3)[1]);
            look(id, true);
            look(id, false);
            refunds.remove(key);
            world.payments.channels.computeIfPresent(id, (_, channel) -> channel.refunded());
        });
        return "refund ended: " + ended;
    }

    /** A payer asks to leave, or leaves with what is not claimed. */
    String leave() {
        if (random.nextInt(6) > 0) {
            return "stay";
        }
        var id = world.pick(List.copyOf(world.payments.channels.keySet()));
        var asked = world.chain.funds(id, world.chain.head()).leavingSince() > 0;
        world.chain.send(new ToyChain.Tx(world.hash(), -1, id, asked ? new ToyChain.Exit() : new ToyChain.Leave()));
        return (asked ? "exit from " : "ask to leave ") + World.name(id);
    }
}
