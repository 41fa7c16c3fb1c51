package io.tallystick.identity.key;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.kit.access.AccessToken;
import jakarta.validation.constraints.NotBlank;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** This installation's secrets and its operator. */
@ConfigMapping(prefix = "tallystick.identity")
public interface IdentityConfig {

    /**
     * File with the Ed25519 seed (32 bytes, base64url, one line) that events are signed with. All instances have the
     * same; the other services pin its did:key.
     */
    Path eventKeyFile();

    /** DID of the one who may create tenants and rotate keys. */
    @NotBlank String operatorDid();

    /** How long a new key is published before it signs (1 s to 1 h), so that everyone knows it by then. */
    @WithDefault("30s")
    Duration rotationNotice();

    RotationEvery rotationEvery();

    /** How long keys sign before others take their place by themselves; 0 if they are replaced on demand only. */
    interface RotationEvery {
        @WithDefault("30d")
        Duration accessToken();

        @WithDefault("90d")
        Duration assertion();

        @WithDefault("90d")
        Duration receipt();
    }

    /** How long a key that signs no more assertions or receipts stays in the installation's DID document. */
    @WithDefault("3650d")
    Duration listedFor();

    /**
     * How long each part of a key's life lasts.
     *
     * @param skew how far two machines' clocks may be apart
     * @throws IllegalStateException if these cannot be
     */
    default KeyTimes keyTimes(Duration skew) {
        var every = rotationEvery();
        var tokens = Duration.ofSeconds(AccessToken.MAX_LIFETIME_SECONDS).plus(skew.multipliedBy(2));
        return new KeyTimes(
                rotationNotice(),
                Map.of(
                        KeyPurpose.ACCESS_TOKEN, tokens,
                        KeyPurpose.ASSERTION, listedFor(),
                        KeyPurpose.RECEIPT, listedFor()),
                Map.of(
                        KeyPurpose.ACCESS_TOKEN, every.accessToken(),
                        KeyPurpose.ASSERTION, every.assertion(),
                        KeyPurpose.RECEIPT, every.receipt()));
    }

    /**
     * Domain name under which issued DIDs are found, with a port after a colon if it is not 443. By default that of the
     * issuer's URL; if that is an IP address or has one label only, no DIDs are issued.
     */
    Optional<String> didDomain();
}
