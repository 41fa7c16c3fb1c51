package io.tallystick.identity.did.foreign;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.DidLogSource;
import io.tallystick.identity.did.foreign.Fetcher.DidFile;
import io.tallystick.identity.did.foreign.Fetcher.Fetched;
import io.tallystick.identity.did.foreign.ForeignDids.Ages;
import io.tallystick.identity.did.foreign.ForeignDids.Way;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The DIDs that others publish, if this installation resolves such. Asked after all that know a DID by themselves. */
@ApplicationScoped
@Priority(-1)
class ForeignLogSource implements DidLogSource {
    private final boolean enabled;
    private final HttpsFetcher fetcher;
    private final MeterRegistry metrics;
    private final ForeignDids dids;

    /** One: strangers' logs, which may have a thousand signatures, take one core and not all. */
    private final ThreadPoolExecutor reader;

    ForeignLogSource(HttpsFetcher fetcher, ForeignConfig config, MeterRegistry metrics) {
        if (config.allowLoopback() && !ConfigUtils.isProfileActive("dev") && !ConfigUtils.isProfileActive("test")) {
            throw new IllegalStateException(
                    "tallystick.identity.foreign.allow-loopback is for the profiles dev and test only");
        }
        this.enabled = config.enabled();
        this.fetcher = fetcher;
        this.metrics = metrics;
        this.reader = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(config.maxFetches() + config.maxWaiting()),
                Thread.ofPlatform().daemon().name("foreign-reader").factory());
        reader.allowCoreThreadTimeOut(true);
        this.dids = new ForeignDids(
                this::fetch,
                new FetchBudget(config.fetchesPerMinute(), config.fetchesPerMinuteAndCaller()),
                new KeptAnswers<>(config.maxKeptBytes()),
                new SeenVersions(config.maxRemembered()),
                new Ages(config.maxAge(), config.negativeMaxAge()),
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

    @Override
    public CompletionStage<Optional<Found>> find(Did did, String caller) {
        return enabled
                ? dids.find(did, caller).thenApply(Optional::of)
                : CompletableFuture.completedFuture(Optional.empty());
    }

    private CompletionStage<Fetched> fetch(Place place, DidFile file) {
        return fetcher.fetch(place, file).whenComplete((fetched, _) -> metrics.counter(
                        "tallystick.identity.foreign.fetches", "outcome", outcome(fetched))
                .increment());
    }

    private static String outcome(Fetched fetched) {
        return switch (fetched) {
            case Fetched.Found _ -> "found";
            case Fetched.Missing _ -> "missing";
            case Fetched.Refused _ -> "refused";
            case Fetched.Unreachable _ -> "unreachable";
            case Fetched.Overloaded _ -> "overloaded";
        };
    }

    private void count(Way way) {
        metrics.counter(
                        "tallystick.identity.foreign.lookups",
                        "answer",
                        way.name().toLowerCase(Locale.ROOT))
                .increment();
    }
}
