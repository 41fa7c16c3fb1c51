package io.tallystick.identity.workload;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Whose word about programs is taken. Nobody's by default. */
@ConfigMapping(prefix = "tallystick.identity.workload")
public interface WorkloadConfig {

    /** The platforms by their names here, which say nothing outside; at most {@value Platforms#MOST}. */
    Map<String, PlatformConfig> platforms();

    /** One platform that issues tokens to its programs. */
    interface PlatformConfig {

        /**
         * What {@code iss} says in its tokens; or a trust domain, {@code spiffe://example.org}: then {@code sub} is in it,
         * and {@code iss} says nothing.
         */
        String issuer();

        /**
         * Where its public keys are, as a JSON Web Key Set of at most 256 KiB: {@code https://…} or {@code file:/…};
         * {@code http://} on this machine only.
         */
        URI keys();

        /** Certificates in PEM that its address is trusted by, instead of the usual authorities'. */
        Optional<Path> certificateFile();

        /** A bearer token that its address asks for, read anew each time. */
        Optional<Path> tokenFile();

        /** Longest time that its tokens may live: 1 min to 24 h. */
        @WithDefault("1h")
        Duration maxLifetime();
    }
}
