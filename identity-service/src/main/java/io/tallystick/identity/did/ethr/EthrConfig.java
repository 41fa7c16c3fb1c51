package io.tallystick.identity.did.ethr;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Whose nodes are asked about DIDs of accounts on EVM chains. Nobody's by default: then did:ethr is not resolved. */
@ConfigMapping(prefix = "tallystick.identity.ethr")
public interface EthrConfig {

    /**
     * By the name that a DID has for it ({@code mainnet}, {@code sepolia}), or by its chain's id ({@code 84532} or
     * {@code 0x14a34}); at most {@value Networks#MOST}.
     */
    Map<String, NetworkConfig> networks();

    /** For one DID: all that is asked of a node about it; 100 ms to 30 s. */
    @WithDefault("5s")
    Duration timeout();

    /** Blocks with changes of one DID that are read. */
    @WithDefault("512")
    @Min(1) @Max(4_096) int maxChanges();

    /** DIDs that are read at once. */
    @WithDefault("16")
    @Min(1) @Max(256) int maxReads();

    /** DIDs read in a minute, by this instance. */
    @WithDefault("600")
    @Min(1) @Max(100_000) int readsPerMinute();

    /** Of these, by one network address. */
    @WithDefault("120")
    @Min(1) @Max(100_000) int readsPerMinuteAndCaller();

    /** How long what was read of a DID is kept; 24 h at most. */
    @WithDefault("10s")
    Duration maxAge();

    /** How long it is kept that a DID could not be read; 24 h at most. */
    @WithDefault("5s")
    Duration negativeMaxAge();

    /** Size of the answers from which what is kept was read, and 1 KiB for each DID. */
    @WithDefault("4194304")
    @Min(0) @Max(1L << 30) long maxKeptBytes();

    /** One network. */
    interface NetworkConfig {

        /** Where its node answers JSON-RPC: {@code https://…}; {@code http://} on this machine only. */
        URI rpc();

        /** The contract of ERC-1056, if it is not where did:ethr says for this network. */
        Optional<String> registry();

        /** The chain's id, if the name does not say it. */
        Optional<Long> chainId();
    }
}
