package io.tallystick.metering.gateway.upstream;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The upstreams of this process. Asked for them first when the gateway starts, which fails if they are set wrongly. */
@ApplicationScoped
public class ConfiguredUpstreams {
    private static final Set<Integer> NOT_SERVED = Set.of(429, 503, 529);

    private final UpstreamsConfig config;
    private volatile Upstreams upstreams;

    ConfiguredUpstreams(UpstreamsConfig config) {
        this.config = config;
    }

    /** @throws IllegalStateException that says what to set */
    public synchronized Upstreams all() {
        if (upstreams == null) {
            if (!NOT_SERVED.containsAll(fallBackOn())) {
                throw new IllegalStateException(
                        "tallystick.gateway.routing.fall-back-on: name 429, 503 and 529 only: by any "
                                + "other status the call may have been served");
            }
            upstreams = new UpstreamSettings(config)
                    .read(bound -> ThreadLocalRandom.current().nextInt(bound));
        }
        return upstreams;
    }

    Set<Integer> fallBackOn() {
        return config.routing().fallBackOn().orElse(Set.of());
    }

    /** The most bytes of an answer that any of them is read to. */
    public int mostAnswerBytes() {
        var named = config.upstreams().values().stream().mapToInt(UpstreamsConfig.Named::maxAnswerBytes);
        return IntStream.concat(IntStream.of(config.upstream().maxAnswerBytes()), named)
                .max()
                .orElseThrow();
    }

    /** The longest that any of them may take for an answer. */
    public Duration longestWait() {
        var named = config.upstreams().values().stream().map(UpstreamsConfig.Named::timeout);
        return Stream.concat(config.upstream().url().map(_ -> config.upstream().timeout()).stream(), named)
                .max(Duration::compareTo)
                .orElse(config.upstream().timeout());
    }
}
