package io.tallystick.kit.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.util.List;

/** Whose access tokens are accepted, and how long identity-service may be silent. */
@ConfigMapping(prefix = "tallystick.access")
public interface AccessConfig {

    /** URL of identity-service, exactly as its access tokens name it in {@code iss}. */
    @NotBlank String issuer();

    /**
     * The did:key of the key that identity-service signs its events with. Pinned here, because who can write to the
     * broker must not be able to hand out access. Two, with a comma between, while one takes the other's place.
     */
    @Size(min = 1, max = 2) List<@NotBlank String> eventKey();

    /** What an access token must name in {@code aud} to be meant for this service. */
    @WithDefault("${quarkus.application.name}")
    String audience();

    /** Longest time since identity-service's last heartbeat (between 1 s and 60 s); after it callers get 503. */
    @WithDefault("5s")
    Duration maxSilence();

    /** Longest time that a change announced by a heartbeat may be missing (up to 60 s); after it callers get 503. */
    @WithDefault("2s")
    Duration maxLag();

    /** How far the clocks of two machines may be apart (up to 60 s). */
    @WithDefault("5s")
    Duration clockSkew();
}
