package io.tallystick.acceptance.model;

import io.tallystick.acceptance.model.World.Running;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.Voucher;
import io.tallystick.billing.ledger.LedgerAccount;
import io.tallystick.billing.ledger.Transfer;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.events.CallMetered;
import java.math.BigInteger;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * One random history. Each step is what one transaction, one message or one block does; between any two a process may
 * die, and then goes on from what was stored.
 */
final class History {
    private static final int STEPS = 120;

    private final World world;
    private final Random random;
    private final Rules rules;
    private final List<String> told = new ArrayList<>();
    private final Map<String, String[]> reported = new HashMap<>();
    private final Map<String, Long> refunds = new HashMap<>();
    private final List<Supplier<String>> actions = List.of(
            this::report,
            this::report,
            this::report,
            this::takeBack,
            this::count,
            this::count,
            this::relay,
            this::relay,
            this::deliver,
            this::deliver,
            this::deliver,
            this::lose,
            this::passTime,
            this::postPrice,
            this::rerate,
            this::deposit,
            this::authorize,
            this::authorize,
            this::authorize,
            this::authorize,
            this::serve,
            this::serve,
            this::capture,
            this::capture,
            this::captureFromEvent,
            this::release,
            this::lapse,
            this::die,
            this::look,
            this::look,
            this::look,
            this::mine,
            this::mine,
            this::reorganise,
            this::planClaim,
            this::work,
            this::work,
            this::work,
            this::refund,
            this::refund,
            this::refundEnded,
            this::leave,
            this::followLedger,
            this::followLedger,
            this::allocate);

    History(long seed) {
        world = new World(seed);
        random = world.random;
        rules = new Rules(world);
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
            step(actions.get(random.nextInt(actions.size())));
        }
        settle();
    }

    private void step(Supplier<String> action) {
        told.add(told.size() + " …");
        told.set(told.size() - 1, (told.size() - 1) + " " + action.get());
        rules.check();
    }

    // Usage

    /** A sender reports, perhaps twice. A retry may carry another time; another body under a known id is a conflict. */
    private String report() {
        var id = "e" + random.nextInt(30);
        var fresh = new String[] {pick(World.SUBJECTS), random.nextBoolean() ? "a" : "b", "" + random.nextInt(12)};
        var body = random.nextInt(5) == 0 ? fresh : reported.computeIfAbsent(id, _ -> fresh);
        for (int times = 1 + random.nextInt(2); times > 0; times--) {
            var time = world.now.minusSeconds(random.nextInt(10 * 3600) - 300);
            world.metering.report(World.TENANT, id, body[0], body[1], Long.parseLong(body[2]), time, world.now);
        }
        return "report " + id + " " + String.join(" ", body);
    }

    private String takeBack() {
        var id = "e" + random.nextInt(30);
        world.metering.takeBack(World.TENANT, id, world.now);
        return "void " + id;
    }

    private String count() {
        if (random.nextInt(6) == 0) {
            return "count: rolled back";
        }
        world.metering.count(1 + random.nextInt(6));
        return "count up to " + world.metering.position;
    }

    /** Sends what waits. If the relay dies before it deletes the row, the message goes out again. */
    private String relay() {
        var waiting = world.metering.outbox.values().stream().findFirst();
        var dies = random.nextInt(4) == 0;
        waiting.ifPresent(message -> {
            world.wire.add(message);
            if (!dies) {
                world.metering.outbox.remove(message.key());
            }
        });
        return "relay " + waiting.map(m -> m.key()).orElse("nothing") + (dies ? ", dying" : "");
    }

    /** Any message of the wire may come next, and come again. */
    private String deliver() {
        if (world.wire.isEmpty()) {
            return "deliver nothing";
        }
        var message = random.nextInt(4) == 0 ? pick(world.wire) : world.wire.remove(random.nextInt(world.wire.size()));
        world.rating.follow(message, world.now);
        return "deliver " + message.key() + " " + message.added() + "-" + message.voided();
    }

    /** Compaction: a message is gone, its successor is not. */
    private String lose() {
        var lost = world.wire.removeIf(old -> world.wire.stream()
                .anyMatch(other -> other.key().equals(old.key())
                        && other.added()
                                        .add(other.voided())
                                        .compareTo(old.added().add(old.voided()))
                                > 0));
        return "lose " + lost;
    }

    private String passTime() {
        world.now = world.now.plusSeconds(60L * (1 + random.nextInt(150)));
        return "it is " + world.now;
    }

    private String postPrice() {
        var hour = world.now.truncatedTo(ChronoUnit.HOURS).plus(1 + random.nextInt(3), ChronoUnit.HOURS);
        world.rating.post(world.version(hour), world.now);
        return "post prices of " + hour;
    }

    private String rerate() {
        var subject = pick(World.SUBJECTS);
        world.rating.rerate(subject, world.now);
        return "rerate " + subject;
    }

    // Calls

    /** A payer signs what it believes it was charged plus this call's maximum; sometimes more, sometimes it is wrong. */
    private String authorize() {
        var id = pick(List.copyOf(world.payments.channels.keySet()));
        var maximum = new TokenAmount(Tariff.USDC, cost(usage(6, 40)).ceiling());
        var belief = random.nextInt(8) == 0 ? random.nextInt(50) : world.payersBooks.get(id);
        var ceiling =
                Tariff.usdc(belief + maximum.units().longValue() + (random.nextInt(2) == 0 ? random.nextInt(120) : 0));
        var known = world.payments.holds.keySet().stream().toList();
        var call =
                known.isEmpty() || random.nextInt(6) > 0 ? new UUID(random.nextLong(), random.nextLong()) : pick(known);
        var before = world.payments.holds.size();
        var hold = world.payments.authorize(
                call, id, maximum, new Voucher(ceiling, "0x" + random.nextInt(3)), world.now, world.now);
        if (hold.isEmpty()) {
            world.payersBooks.put(
                    id, world.payments.channels.get(id).charged().units().longValue());
        } else if (world.payments.holds.size() > before) {
            world.running.add(new Running(hold.get().id(), Map.of(), false));
        }
        return "authorize " + maximum.units() + " under " + ceiling.units() + " on " + name(id) + ": "
                + hold.isPresent();
    }

    /** The upstream answered, and the usage event is acknowledged; sometimes it used more than it was allowed to. */
    private String serve() {
        var call = world.running.stream().filter(each -> !each.reported()).findFirst();
        call.ifPresent(running -> {
            var usage = random.nextInt(8) == 0 ? usage(20, 200) : usage(2, 40);
            world.running.remove(running);
            world.running.add(new Running(running.hold(), usage, true));
            for (int times = 1 + random.nextInt(2); times > 0; times--) {
                world.metering.reportCall(World.TENANT, running.hold().toString(), "payer", usage, world.now);
            }
        });
        return "serve " + call;
    }

    private String capture() {
        var call = world.running.stream().filter(Running::reported).findFirst();
        call.ifPresent(running -> {
            var hold = capture(running.hold(), running.usage());
            if (random.nextInt(4) > 0) {
                world.running.remove(running);
            }
            var id = hold.channel().orElseThrow();
            world.payersBooks.put(
                    id, world.payments.channels.get(id).charged().units().longValue());
        });
        return "capture " + call;
    }

    private Hold capture(UUID hold, Map<String, BigInteger> usage) {
        var version =
                world.rating.card.at(world.payments.holds.get(hold).pricedAt()).orElseThrow();
        return world.payments.capture(
                hold, version.costOfCall("/chat", "m", usage).orElse(Ratio.ZERO), world.now);
    }

    /** Billing hears of a call from metering too, early, late or twice. */
    private String captureFromEvent() {
        if (world.metering.metered.isEmpty()) {
            return "capture from no event";
        }
        var event = pick(world.metering.metered);
        capture(event);
        return "capture from the event of " + event.holdId();
    }

    private void capture(CallMetered event) {
        capture(UUID.fromString(event.holdId()), event.usage());
    }

    /** The upstream failed. */
    private String release() {
        var call = world.running.stream().filter(each -> !each.reported()).findFirst();
        call.ifPresent(running -> {
            world.payments.release(running.hold(), world.now);
            world.running.remove(running);
        });
        return "void " + call;
    }

    private String lapse() {
        world.payments.lapse(world.now);
        return "let expired holds go";
    }

    /** The gateway and the payers forget; what is stored stays. */
    private String die() {
        world.running.clear();
        world.payersBooks.replaceAll((_, belief) -> random.nextBoolean() ? 0L : belief);
        return "everyone dies";
    }

    // The chain

    private String deposit() {
        var id = pick(List.copyOf(world.payments.channels.keySet()));
        world.chain.send(new ToyChain.Tx(world.hash(), -1, id, new ToyChain.Deposit(1 + random.nextInt(80))));
        return "deposit on " + name(id);
    }

    /** Billing reads the contract at the newest or at a final block. */
    private String look() {
        var id = pick(List.copyOf(world.payments.channels.keySet()));
        var last = random.nextInt(3) == 0;
        look(id, last);
        return "look at " + name(id) + (last ? " finally" : "");
    }

    private void look(ChannelId id, boolean last) {
        world.payments.channels.computeIfPresent(
                id,
                (_, channel) -> last
                        ? channel.finalized(world.chain.read(id, world.chain.finalBlock()))
                        : channel.seen(world.chain.read(id, world.chain.head())));
    }

    private String mine() {
        world.chain.mine(random, false);
        return "mine block " + world.chain.head();
    }

    private String reorganise() {
        world.chain.reorganise(random);
        return "reorganise to block " + world.chain.head();
    }

    private String planClaim() {
        var id = pick(List.copyOf(world.payments.channels.keySet()));
        return "plan to claim on " + name(id) + ": " + planClaim(world.payments.channels.get(id));
    }

    private boolean planClaim(Channel channel) {
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

    private String work() {
        var open = world.settlement.transactions.values().stream()
                .filter(each -> !each.state().settled())
                .map(each -> each.intent().key())
                .toList();
        if (open.isEmpty()) {
            return "nothing to settle";
        }
        var key = pick(open);
        world.settlement.work(key, world.now, random.nextInt(4) == 0);
        return "work on " + key + ": "
                + world.settlement.transactions.get(key).state().word();
    }

    private String refund() {
        var id = pick(List.copyOf(world.payments.channels.keySet()));
        var channel = world.payments.channels.get(id);
        var amount = 1 + random.nextInt(90);
        var nonce = channel.chain().refundNonce().longValue();
        var key = "refund:" + id + ":" + nonce;
        var next = channel.refunding(Tariff.usdc(amount));
        if (next.isEmpty() || world.settlement.transactions.containsKey(key)) {
            return "no refund on " + name(id);
        }
        world.payments.channels.put(id, next.get());
        refunds.put(key, (long) amount);
        world.settlement.want(key, new ToyChain.Tx(ToyChain.bytes32(0, 1), 0, id, new ToyChain.Refund(amount, nonce)));
        return "refund " + amount + " on " + name(id);
    }

    private String refundEnded() {
        var ended = refunds.keySet().stream()
                .filter(key -> world.settlement.transactions.get(key).state().settled())
                .findFirst();
        ended.ifPresent(key -> {
            var id = new ChannelId(key.split(":")[1]);
            look(id, true);
            look(id, false);
            var amount = Tariff.usdc(refunds.remove(key));
            world.payments.channels.computeIfPresent(id, (_, channel) -> channel.refunded(amount));
        });
        return "refund ended: " + ended;
    }

    /** A payer asks to leave, or leaves with what is not claimed. */
    private String leave() {
        if (random.nextInt(6) > 0) {
            return "stay";
        }
        var id = pick(List.copyOf(world.payments.channels.keySet()));
        var asked = world.chain.funds(id, world.chain.head()).leavingSince() > 0;
        world.chain.send(new ToyChain.Tx(world.hash(), -1, id, asked ? new ToyChain.Exit() : new ToyChain.Leave()));
        return (asked ? "exit from " : "ask to leave ") + name(id);
    }

    // The ledger

    private String followLedger() {
        var id = pick(List.copyOf(world.payments.channels.keySet()));
        followLedger(id);
        return "the ledger follows " + name(id);
    }

    private void followLedger(ChannelId id) {
        var channel = world.payments.channels.get(id);
        var claimed = channel.chain().claimed();
        for (var transfer : world.books.get(id).follow(channel.charged(), claimed.finalized(), claimed.pending())) {
            world.book(transfer);
            world.books.computeIfPresent(id, (_, books) -> books.with(transfer));
        }
    }

    /** What the account owes is charged on its payer's channels, as far as they have room. */
    private String allocate() {
        var subject = World.SUBJECTS.getFirst();
        var row = world.rating.accounts.get(subject);
        if (row == null) {
            return "allocate nothing";
        }
        var channel = world.payments.channels.get(
                pick(List.copyOf(world.payments.channels.keySet()).subList(0, 2)));
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
        return "allocate " + allocation.amount().units() + " on " + name(channel.id());
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
            world.metering.metered.forEach(this::capture);
            world.now = world.now.plus(ModelPayments.HOLD_FOR);
            world.payments.lapse(world.now);
            return "every call ended";
        });
        for (int round = 0; round < 12; round++) {
            world.now = world.now.plusSeconds(1200);
            step(() -> {
                world.payments.channels.values().forEach(this::planClaim);
                for (int i = 0; i < 4; i++) {
                    world.settlement.transactions.keySet().forEach(key -> world.settlement.work(key, world.now, false));
                }
                world.chain.mine(random, true);
                return "everything sent and mined";
            });
            step(() -> {
                for (var id : world.payments.channels.keySet()) {
                    look(id, true);
                    look(id, false);
                    followLedger(id);
                }
                return "everything looked at and booked";
            });
        }
        rules.checkEnd();
    }

    private Map<String, BigInteger> usage(int requests, int outputs) {
        return Map.of(
                "requests", BigInteger.valueOf(1 + random.nextInt(requests)),
                "output_text", BigInteger.valueOf(random.nextInt(outputs)));
    }

    private Ratio cost(Map<String, BigInteger> usage) {
        return world.rating
                .card
                .at(world.now)
                .orElseThrow()
                .costOfCall("/chat", "m", usage)
                .orElseThrow();
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static String name(ChannelId id) {
        return "channel " + id.hex().charAt(2);
    }
}
