package io.tallystick.kit.access.proof;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import java.util.Optional;

/** What a proof of a key is compared with, and how many are remembered. */
@ConfigMapping(prefix = "tallystick.access.proofs")
public interface ProofConfig {

    /**
     * Where this service is found from outside, such as {@code https://usage.example}; several, if it is found in several
     * ways. Without any, what the request itself says is believed, which is right only without a proxy.
     */
    Optional<List<String>> origins();

    /** How many proofs are remembered, so that each is taken once; about 150 bytes each. */
    @WithDefault("250000")
    @Min(1000) @Max(10_000_000) int maxRemembered();
}
