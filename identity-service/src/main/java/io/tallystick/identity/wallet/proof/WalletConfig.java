package io.tallystick.identity.wallet.proof;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** How wallets prove themselves. */
@ConfigMapping(prefix = "tallystick.identity.wallets")
public interface WalletConfig {

    /** A node for each chain whose contract wallets can be linked, by the chain's id. */
    Map<@Pattern(regexp = "[1-9][0-9]{0,14}") String, URI> rpc();

    /** Longest that a node may take for its whole answer (100 ms to 30 s). */
    @WithDefault("3s")
    Duration rpcTimeout();

    /** Largest answer of a node: a contract's code, and the one word that it answers. */
    @WithDefault("131072")
    @Min(4_096) @Max(1_048_576) int rpcMaxAnswerBytes();

    /** Accounts of one DID with one tenant. */
    @WithDefault("20")
    @Min(1) @Max(50) int perDid();

    /** Challenges of one DID with one tenant that are open at the same time. */
    @WithDefault("10")
    @Min(1) @Max(100) int openChallenges();
}
