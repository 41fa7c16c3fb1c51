package io.tallystick.metering.gateway.upstream;

import io.tallystick.metering.gateway.upstream.route.ModelPattern;
import io.tallystick.metering.gateway.upstream.route.RoutingTable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Makes upstreams of what is configured, or says what to set. */
final class UpstreamSettings {
    static final String SINGLE = "default";

    private static final String PREFIX = "tallystick.gateway.";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
    private static final int MOST_UPSTREAMS = 64;
    private static final int MOST_ROUTES = 200;
    private static final int MOST_KEY_BYTES = 8192;

    /** The gateway's own bound is not above it, and is all that bounds calls to its only upstream. */
    private static final int MOST_CALLS = 4096;

    /** Beside a call's own time, for a probe that ends and is not heard of. */
    private static final Duration PROBE_MARGIN = Duration.ofSeconds(10);

    private final UpstreamsConfig config;

    UpstreamSettings(UpstreamsConfig config) {
        this.config = config;
    }

    Upstreams read(IntUnaryOperator random) {
        var doors = new ArrayList<Door>();
        config.upstream().url().ifPresent(url -> doors.add(Door.withoutBreaker(single(url))));
        config.upstreams().forEach((name, named) -> doors.add(door(name, named)));
        if (doors.isEmpty()) {
            throw fault(
                    "upstream.url",
                    "is not set: name a model server there, or several under " + PREFIX + "upstreams.<name>.url");
        }
        if (doors.size() > MOST_UPSTREAMS) {
            throw fault("upstreams", "has more than " + MOST_UPSTREAMS + " of them");
        }
        var table = table(doors);
        return checked(
                "routes", () -> new Upstreams(doors, table, config.routing().maxTries(), random));
    }

    private Upstream single(URI url) {
        var single = config.upstream();
        return checked(
                "upstream",
                () -> new Upstream(
                        SINGLE,
                        ApiKind.BOTH,
                        url,
                        single.apiKey().map(ProviderKey::new),
                        single.connectTimeout(),
                        single.timeout(),
                        single.maxAnswerBytes(),
                        MOST_CALLS));
    }

    private Door door(String name, UpstreamsConfig.Named named) {
        var setting = "upstreams." + name;
        if (!NAME.matcher(name).matches() || name.equals(SINGLE)) {
            throw fault(
                    setting,
                    "is no name for an upstream: take up to 32 lower-case letters, digits and hyphens, and not "
                            + SINGLE);
        }
        var url =
                named.url().orElseThrow(() -> fault(setting + ".url", "is not set: it is where that model server is"));
        var upstream = checked(
                setting,
                () -> new Upstream(
                        name,
                        named.kind(),
                        url,
                        key(setting, named),
                        named.connectTimeout(),
                        named.timeout(),
                        named.maxAnswerBytes(),
                        named.maxConnections()));
        return Door.of(upstream, checked("routing.breaker", () -> limits(upstream)));
    }

    private Breaker.Limits limits(Upstream upstream) {
        var breaker = config.routing().breaker();
        return new Breaker.Limits(
                breaker.failures(),
                breaker.window(),
                breaker.percent(),
                breaker.openFor(),
                breaker.mostOpenFor(),
                upstream.timeout().plus(PROBE_MARGIN));
    }

    private static Optional<ProviderKey> key(String setting, UpstreamsConfig.Named named) {
        if (named.apiKey().isPresent() && named.apiKeyFile().isPresent()) {
            throw fault(setting + ".api-key", "and .api-key-file are both set: leave one out");
        }
        var written = named.apiKey().map(text -> checked(setting + ".api-key", () -> new ProviderKey(text)));
        return written.or(() -> named.apiKeyFile()
                .map(file -> checked(setting + ".api-key-file", () -> new ProviderKey(keyIn(setting, file)))));
    }

    private static String keyIn(String setting, Path file) {
        try (var in = Files.newInputStream(file)) {
            // As characters of one byte each: what is no key is refused by its characters, whatever its encoding.
            var text = new StringBuilder();
            for (var octet : in.readNBytes(MOST_KEY_BYTES)) {
                text.append((char) (octet & 0xff));
            }
            return text.toString().strip();
        } catch (IOException e) {
            throw new IllegalStateException(
                    PREFIX + setting + ".api-key-file cannot be read: put the provider's key into " + file, e);
        }
    }

    private RoutingTable table(List<Door> doors) {
        var routes = config.routes();
        if (routes.isEmpty() && doors.size() > 1) {
            throw fault(
                    "routes",
                    "is not set: with more than one upstream, write which models go where, such as " + PREFIX
                            + "routes[0].model=* and " + PREFIX + "routes[0].targets[0].upstream="
                            + doors.getFirst().upstream().name());
        }
        if (routes.size() > MOST_ROUTES) {
            throw fault("routes", "has more than " + MOST_ROUTES + " of them: use names with *");
        }
        if (routes.isEmpty()) {
            var only = doors.getFirst().upstream().name();
            return new RoutingTable(List.of(new RoutingTable.Rule(
                    ModelPattern.parse("*"), List.of(new RoutingTable.Target(only, 0, 1, Optional.empty())))));
        }
        var rules = new ArrayList<RoutingTable.Rule>();
        for (int i = 0; i < routes.size(); i++) {
            rules.add(rule("routes[" + i + "]", routes.get(i)));
        }
        return checked("routes", () -> new RoutingTable(rules));
    }

    private static RoutingTable.Rule rule(String setting, UpstreamsConfig.Route route) {
        var model = checked(setting + ".model", () -> ModelPattern.parse(route.model()));
        return checked(
                setting + ".targets",
                () -> new RoutingTable.Rule(
                        model,
                        route.targets().stream().map(UpstreamSettings::target).toList()));
    }

    private static RoutingTable.Target target(UpstreamsConfig.Target target) {
        return new RoutingTable.Target(
                target.upstream(),
                target.order(),
                target.weight(),
                target.model().map(ModelPattern::parse));
    }

    private static <T> T checked(String setting, Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(PREFIX + setting + ": " + e.getMessage(), e);
        }
    }

    private static IllegalStateException fault(String setting, String says) {
        return new IllegalStateException(PREFIX + setting + " " + says);
    }
}
