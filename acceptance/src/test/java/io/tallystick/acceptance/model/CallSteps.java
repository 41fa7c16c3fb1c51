package io.tallystick.acceptance.model;

import io.tallystick.acceptance.model.World.Running;
import io.tallystick.billing.channel.Voucher;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Hold;
import io.tallystick.events.CallMetered;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** The life of paid calls, as their gateway and their payers see it. */
final class CallSteps {
    private final World world;
    private final Random random;

    CallSteps(World world) {
        this.world = world;
        this.random = world.random;
    }

    /** A payer signs what it believes it was charged plus this call's maximum; sometimes more, sometimes it is wrong. */
    String authorize() {
        var id = world.pick(List.copyOf(world.payments.channels.keySet()));
        var maximum = new TokenAmount(Tariff.USDC, cost(usage(6, 40)).ceiling());
        var belief = random.nextInt(8) == 0 ? random.nextInt(50) : world.payersBooks.get(id);
        var ceiling =
                Tariff.usdc(belief + maximum.units().longValue() + (random.nextInt(2) == 0 ? random.nextInt(120) : 0));
        var known = world.payments.holds.keySet().stream().toList();
        var call = known.isEmpty() || random.nextInt(6) > 0
                ? new UUID(random.nextLong(), random.nextLong())
                : world.pick(known);
        var before = world.payments.holds.size();
        var hold = world.payments.authorize(
                call, id, maximum, new Voucher(ceiling, "0x" + random.nextInt(3)), world.now, world.now);
        if (hold.isEmpty()) {
            world.payersBooks.put(
                    id, world.payments.channels.get(id).charged().units().longValue());
        } else if (world.payments.holds.size() > before) {
            world.running.add(new Running(hold.get().id(), Map.of(), false));
        }
        return "authorize " + maximum.units() + " under " + ceiling.units() + " on " + World.name(id) + ": "
                + hold.isPresent();
    }

    /** The upstream answered, and the usage event is acknowledged; sometimes it used more than it was allowed to. */
    String serve() {
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

    String capture() {
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

    Hold capture(UUID hold, Map<String, BigInteger> usage) {
        var version =
                world.rating.card.at(world.payments.holds.get(hold).pricedAt()).orElseThrow();
        return world.payments.capture(
                hold, version.costOfCall("/chat", "m", usage).orElse(Ratio.ZERO), world.now);
    }

    /** Billing hears of a call from metering too, early, late or twice. */
    String captureFromEvent() {
        if (world.metering.metered.isEmpty()) {
            return "capture from no event";
        }
        var event = world.pick(world.metering.metered);
        capture(event);
        return "capture from the event of " + event.holdId();
    }

    void capture(CallMetered event) {
        capture(UUID.fromString(event.holdId()), event.usage());
    }

    /** The upstream failed. */
    String release() {
        var call = world.running.stream().filter(each -> !each.reported()).findFirst();
        call.ifPresent(running -> {
            world.payments.release(running.hold(), world.now);
            world.running.remove(running);
        });
        return "void " + call;
    }

    String lapse() {
        world.payments.lapse(world.now);
        return "let expired holds go";
    }

    /** The gateway and the payers forget; what is stored stays. */
    String die() {
        world.running.clear();
        world.payersBooks.replaceAll((_, belief) -> random.nextBoolean() ? 0L : belief);
        return "everyone dies";
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
}
