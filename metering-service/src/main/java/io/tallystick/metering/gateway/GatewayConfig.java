package io.tallystick.metering.gateway;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.tallystick.metering.gateway.upstream.UpstreamsConfig;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What is sold by the call, and where it comes from. Without a tenant there is no gateway. */
@ConfigMapping(prefix = "tallystick.gateway")
public interface GatewayConfig {

    /** The provider whose model server is sold. */
    Optional<String> tenant();

    /** The only model server behind the gateway; several are in {@link UpstreamsConfig}. */
    UpstreamsConfig.Single upstream();

    /** Base URL of billing-service. */
    Optional<URI> billingUrl();

    /** Longest wait for billing. A deposit, or the settlement of an exact payment, waits for the chain. */
    @WithDefault("75s")
    Duration billingTimeout();

    /** Base URL of identity-service. */
    Optional<URI> identityUrl();

    /** File with the Ed25519 seed of the gateway's own did:key: 32 bytes as base64url, one line. */
    Optional<Path> clientKeyFile();

    /** What clients call, if a proxy before the gateway changes scheme, host or port. Offers name it. */
    Optional<URI> publicUrl();

    /** Calls served at once, each from when its body is read; it holds that and an answer in memory. Above it: 503. */
    @WithDefault("64")
    @Min(1) @Max(4096) int maxCalls();

    /** Bytes of bodies, all together, that may be held while they are read; above it: 503. */
    @WithDefault("67108864")
    @Min(1_048_576) @Max(4_294_967_296L) long maxReadingBytes();

    /** Lists of models, and counts of tokens, asked for at once. */
    @WithDefault("16")
    @Min(1) @Max(1024) int maxModelLists();

    /** Most bytes of a request's body. */
    @WithDefault("1048576")
    @Min(1024) @Max(16_777_216) int maxBodyBytes();

    /** Longest wait for a request's whole body. */
    @WithDefault("20s")
    Duration bodyTimeout();

    /**
     * Most output tokens that the model server generates for one choice. A request with a greater limit of its own is
     * refused, one without any is held for this many.
     */
    @WithDefault("4096")
    @Min(1) @Max(1_000_000) int outputLimit();

    /** {@link #outputLimit()} of single models, by the name that requests use. */
    Map<String, Integer> outputLimits();

    /** Most choices ({@code n}) of one chat request. */
    @WithDefault("8")
    @Min(1) @Max(128) int maxChoices();

    /** Most texts of one embeddings request. */
    @WithDefault("2048")
    @Min(1) @Max(16_384) int maxInputs();

    /** Tokens that the model server's chat template adds to a conversation, a default system prompt included. */
    @WithDefault("64")
    @Min(0) @Max(100_000) int templateTokens();

    /**
     * The token bucket that a call's input is held in. How it splits is known only afterwards, so where the rate card
     * asks more for another bucket, such as {@code cache_write_5m}, name that one: the hold is then the true maximum.
     */
    @WithDefault("input_uncached")
    String heldInput();

    /** The same for output, such as {@code output_reasoning}. */
    @WithDefault("output_text")
    String heldOutput();

    OfferModel offerModel();

    /**
     * Which model a GET on a paid path shows an offer for, if the URL names none ({@code ?model=}). It has to be one
     * that the rate card prices: refunds begin with this offer.
     */
    interface OfferModel {

        @WithDefault("*")
        String chat();

        @WithDefault("*")
        String embeddings();

        @WithDefault("*")
        String messages();
    }
}
