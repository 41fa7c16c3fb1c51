package io.tallystick.metering.gateway.upstream;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The model servers behind the gateway, and which of them serves what. */
@ConfigMapping(prefix = "tallystick.gateway")
public interface UpstreamsConfig {

    /** The one model server, if there is one only: it is called {@code default} and serves every model. */
    Single upstream();

    /** Any number of them, by name. */
    Map<String, Named> upstreams();

    /** Which models they serve; not needed where there is one upstream. */
    List<Route> routes();

    Routing routing();

    /** Of whose models a call is sold. */
    interface Single {

        /** Its base URL, with or without {@code /v1}. */
        Optional<URI> url();

        /** The provider's key there. Clients never send one of their own. */
        Optional<String> apiKey();

        @WithDefault("3s")
        Duration connectTimeout();

        /** Longest wait for a whole answer; less if the payment's hold ends before. */
        @WithDefault("120s")
        Duration timeout();

        /** Most bytes of an answer. */
        @WithDefault("8388608")
        @Min(1024) @Max(134_217_728) int maxAnswerBytes();
    }

    /** One of several. */
    interface Named {

        /** Its base URL, with or without {@code /v1}. */
        Optional<URI> url();

        /** The API it speaks. */
        @WithDefault("openai")
        ApiKind kind();

        /** The provider's key there. */
        Optional<String> apiKey();

        /** A file with that key, read at start. */
        Optional<Path> apiKeyFile();

        @WithDefault("3s")
        Duration connectTimeout();

        /** Longest wait for a whole answer; less if the payment's hold ends before. */
        @WithDefault("120s")
        Duration timeout();

        /** Most bytes of an answer. */
        @WithDefault("8388608")
        @Min(1024) @Max(134_217_728) int maxAnswerBytes();

        /** Connections to it, each of which serves one call at a time. */
        @WithDefault("64")
        @Min(1) @Max(4096) int maxConnections();
    }

    interface Route {

        /** A model's name as clients write it; one {@code *} stands for any characters. */
        String model();

        List<Target> targets();
    }

    interface Target {

        String upstream();

        /** Lower is asked first; those of the same order share the calls by their weight. */
        @WithDefault("0")
        int order();

        @WithDefault("1")
        int weight();

        /** What the model is called there; a {@code *} stands for what it stands for in the route's. */
        Optional<String> model();
    }

    interface Routing {

        /** Upstreams that one call may be tried at. */
        @WithDefault("3")
        @Min(1) @Max(10) int maxTries();

        /** Statuses upon which the next upstream is asked: 429, 503 or 529. Others are the answer. */
        @WithDefault("429")
        Optional<Set<Integer>> fallBackOn();

        /** Whether answers name the upstream that served them. */
        @WithDefault("true")
        boolean tellUpstream();

        /** Longest wait for an upstream's list of models; one that takes longer is left out. */
        @WithDefault("5s")
        Duration listTimeout();

        /** How long a list of all models is kept. */
        @WithDefault("10s")
        Duration listFor();

        BreakerSettings breaker();
    }

    interface BreakerSettings {

        /** Failures one after the other that open it. */
        @WithDefault("5")
        @Min(1) @Max(1000) int failures();

        /** How many of the last calls are looked at. */
        @WithDefault("20")
        @Min(1) @Max(10_000) int window();

        /** Of those, how many in a hundred have to fail to open it. */
        @WithDefault("50")
        @Min(1) @Max(100) int percent();

        /** How long it stays open, the first time. */
        @WithDefault("10s")
        Duration openFor();

        /** The same at most, whatever {@code Retry-After} says. */
        @WithDefault("60s")
        Duration mostOpenFor();
    }
}
