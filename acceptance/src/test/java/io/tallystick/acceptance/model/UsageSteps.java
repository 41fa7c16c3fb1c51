package io.tallystick.acceptance.model;

import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** From a sender to a charge: what may happen to an event, its series and the messages about it. */
final class UsageSteps {
    private final World world;
    private final Random random;
    private final Map<String, String[]> reported = new HashMap<>();

    UsageSteps(World world) {
        this.world = world;
        this.random = world.random;
    }

    /** A sender reports, perhaps twice. A retry may carry another time; another body under a known id is a conflict. */
    String report() {
        var id = "e" + random.nextInt(30);
        var fresh =
                new String[] {world.pick(World.SUBJECTS), random.nextBoolean() ? "a" : "b", "" + random.nextInt(12)};
        var body = random.nextInt(5) == 0 ? fresh : reported.computeIfAbsent(id, _ -> fresh);
        for (int times = 1 + random.nextInt(2); times > 0; times--) {
            var time = world.now.minusSeconds(random.nextInt(10 * 3600) - 300);
            world.metering.report(World.TENANT, id, body[0], body[1], Long.parseLong(body[2]), time, world.now);
        }
        return "report " + id + " " + String.join(" ", body);
    }

    String takeBack() {
        var id = "e" + random.nextInt(30);
        world.metering.takeBack(World.TENANT, id, world.now);
        return "void " + id;
    }

    String count() {
        if (random.nextInt(6) == 0) {
            return "count: rolled back";
        }
        world.metering.count(1 + random.nextInt(6));
        return "count up to " + world.metering.position;
    }

    /** Sends what waits. If the relay dies before it deletes the row, the message goes out again. */
    String relay() {
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
    String deliver() {
        if (world.wire.isEmpty()) {
            return "deliver nothing";
        }
        var message =
                random.nextInt(4) == 0 ? world.pick(world.wire) : world.wire.remove(random.nextInt(world.wire.size()));
        world.rating.follow(message, world.now);
        return "deliver " + message.key() + " " + message.added() + "-" + message.voided();
    }

    /** Compaction: a message is gone, its successor is not. */
    String lose() {
        var lost = world.wire.removeIf(old -> world.wire.stream()
                .anyMatch(other -> other.key().equals(old.key())
                        && other.added()
                                        .add(other.voided())
                                        .compareTo(old.added().add(old.voided()))
                                > 0));
        return "lose " + lost;
    }

    String passTime() {
        world.now = world.now.plusSeconds(60L * (1 + random.nextInt(150)));
        return "it is " + world.now;
    }

    String postPrice() {
        var hour = world.now.truncatedTo(ChronoUnit.HOURS).plus(1 + random.nextInt(3), ChronoUnit.HOURS);
        world.rating.post(world.version(hour), world.now);
        return "post prices of " + hour;
    }

    String rerate() {
        var subject = world.pick(World.SUBJECTS);
        world.rating.rerate(subject, world.now);
        return "rerate " + subject;
    }
}
