package io.tallystick.identity.key;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.NotBlank;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** This installation's secrets and its operator. */
@ConfigMapping(prefix = "tallystick.identity")
public interface IdentityConfig {

    /**
     * File with the Ed25519 seed (32 bytes, base64url, one line) that events are signed with. All instances have the
     * same; the other services pin its did:key.
     */
    Path eventKeyFile();

    /** File with the AES-256 key (base64url, one line) that the signing keys are encrypted with in the database. */
    Path masterKeyFile();

    /** DID of the one who may create tenants and rotate keys. */
    @NotBlank String operatorDid();

    /** How long a new key is published before it signs (1 s to 1 h), so that everyone knows it by then. */
    @WithDefault("30s")
    Duration rotationNotice();

    /**
     * Domain name under which issued DIDs are found, with a port after a colon if it is not 443. By default that of the
     * issuer's URL; if that is an IP address or has one label only, no DIDs are issued.
     */
    Optional<String> didDomain();
}
