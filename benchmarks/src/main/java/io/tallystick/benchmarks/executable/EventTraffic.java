package io.tallystick.benchmarks.executable;

import io.tallystick.benchmarks.ingest.Events;
import io.tallystick.benchmarks.ingest.Load;
import io.tallystick.benchmarks.ingest.Load.Plan;
import io.tallystick.devstack.installation.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Usage events into metering-service, as {@code bench ingest} sends them: 100 a request. */
final class EventTraffic implements Traffic {

    private static final int BATCH = 100;
    private static final int CONNECTIONS = 32;
    private static final int AHEAD = 2;
    /** The log of all runs has to fit on the disk. */
    private static final long MOST_EVENTS = 1_500_000;
    /** So that two runs send the same events. */
    private static final long SEED = 1;

    private final Surroundings surroundings;
    private final InstantSource clock;
    private List<String> head = List.of();

    EventTraffic(Surroundings surroundings, InstantSource clock) {
        this.surroundings = surroundings;
        this.clock = clock;
    }

    @Override
    public void prepare(Duration longest) throws IOException, InterruptedException {
        var token = surroundings.providersTokens().token("metering-service", "usage:write");
        head = List.of(
                "POST /v1/events HTTP/1.1",
                "host: 127.0.0.1:" + surroundings.port(Service.METERING),
                "authorization: Bearer " + token);
    }

    @Override
    public Done run(Duration longest) throws IOException {
        var run = HexFormat.of().toHexDigits(new SecureRandom().nextInt());
        var events = new Events(run, head, BATCH, clock.instant(), new Random(SEED));
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), surroundings.port(Service.METERING));
        var outcome = new Load(address, events, new Plan(CONNECTIONS, AHEAD, longest, MOST_EVENTS)).run();
        if (outcome.refused() > 0) {
            throw new IOException("metering-service refused: " + outcome.firstRefusal());
        }
        return new Done(outcome.events(), outcome.time());
    }
}
