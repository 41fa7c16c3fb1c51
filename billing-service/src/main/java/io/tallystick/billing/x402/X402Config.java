package io.tallystick.billing.x402;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What is offered to payers, and what is accepted from them. */
@ConfigMapping(prefix = "tallystick.x402")
public interface X402Config {
    /** Seconds that an authorization has to be valid for yet, so that it still is when it is mined. */
    long SPARE_SECONDS = 6;

    /**
     * File with the key that offers are sealed with: at least 32 bytes, base64url, one line; the same for each process
     * of an installation. Without one a random key is made at start, and offers end with the process.
     */
    Optional<Path> offerKeyFile();

    /** How long an offer and its prices are honoured. Clients sign authorizations that are valid as long. */
    @WithDefault("300")
    @Min(10) @Max(3600) int maxTimeoutSeconds();

    /** The token's EIP-712 domain, as its contract has it: wallets sign with it. */
    @WithDefault("USDC")
    String tokenName();

    /** See {@link #tokenName}. */
    @WithDefault("2")
    String tokenVersion();

    /** From a payer's wish to leave until it may: the time we have to claim. 900 s to 30 days, or clients refuse. */
    @WithDefault("900")
    @Min(900) @Max(2_592_000) int withdrawDelaySeconds();

    /** The deposit that clients are asked for, in token units. They deposit no more than 5 USDC by default. */
    @WithDefault("100000")
    BigInteger minDepositUnits();

    /** Least fixed price, in token units, that is offered as a single payment: each one costs a transaction of ours. */
    @WithDefault("1000")
    BigInteger exactMinimumUnits();

    /** Longest wait for a transaction of a payment. After it the answer is that it is pending. */
    @WithDefault("60s")
    Duration settleWithin();

    /** A channel's chain state older than this is read again before a voucher is taken. */
    @WithDefault("5m")
    Duration trustChainFor();

    /** Largest payment header in bytes. Clients send up to 10 kB. */
    @WithDefault("32768")
    @Min(1024) @Max(65536) int maxHeaderBytes();
}
