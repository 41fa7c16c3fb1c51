package io.tallystick.identity.did.ethr;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.ethr.EthrDids.Bounds;
import io.tallystick.identity.did.ethr.EthrDids.Way;
import io.tallystick.identity.did.foreign.FetchBudget;
import io.tallystick.identity.did.foreign.KeptAnswers;
import io.tallystick.identity.did.webvh.VersionQuery;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Resolves did:ethr, if a network is configured. */
@ApplicationScoped
public class EthrResolver {
    private static final String METHOD = "ethr";

    private final Networks networks;
    private final EthrDids dids;
    private final MeterRegistry metrics;

    /** One: what strangers wrote into a chain takes one core and not all. */
    private final ThreadPoolExecutor reader;

    EthrResolver(NodeHttp nodes, EthrConfig config, MeterRegistry metrics) {
        this.networks = new Networks(config.networks());
        this.metrics = metrics;
        this.reader = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(2 * config.maxReads()),
                Thread.ofPlatform().daemon().name("ethr-reader").factory());
        reader.allowCoreThreadTimeOut(true);
        this.dids = new EthrDids(
                networks,
                nodes,
                new FetchBudget(config.readsPerMinute(), config.readsPerMinuteAndCaller()),
                new KeptAnswers<>(config.maxKeptBytes()),
                new Bounds(
                        config.timeout(),
                        config.maxChanges(),
                        config.maxReads(),
                        config.maxAge(),
                        config.negativeMaxAge()),
                reader,
                InstantSource.system(),
                this::count);
    }

    /** Settings that cannot be are found at the start, not by the first caller. */
    void start(@Observes StartupEvent event) {}

    @PreDestroy
    void stop() {
        reader.shutdownNow();
    }

    public boolean knows(String method) {
        return method.equals(METHOD) && !networks.isEmpty();
    }

    /** A {@code versionTime} as other methods have it: did:ethr has seconds since 1970, too. */
    public static String versionTime(String text) {
        return text.matches("[0-9]{1,11}")
                ? Instant.ofEpochSecond(Long.parseLong(text)).toString()
                : text;
    }

    /** @param caller network address of who asks */
    public CompletionStage<Resolution> resolve(Did did, VersionQuery wanted, String caller) {
        return dids.resolve(did, wanted, caller);
    }

    private void count(Way way) {
        metrics.counter("tallystick.identity.ethr.lookups", "answer", way.name().toLowerCase(Locale.ROOT))
                .increment();
    }
}
