package io.tallystick.identity.did.issued;

import io.tallystick.identity.did.webvh.WebvhDid;
import io.tallystick.identity.key.IdentityConfig;
import io.tallystick.kit.access.AccessConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** The domain name under which this installation issues DIDs, if it has one. */
@ApplicationScoped
public class DidDomain {
    private final Optional<String> name;

    /** @throws IllegalStateException if the name that is set is none */
    DidDomain(IdentityConfig config, AccessConfig access) {
        if (config.didDomain().isPresent() && !isDomain(config.didDomain().get())) {
            throw new IllegalStateException(
                    "tallystick.identity.did-domain must be a domain name of two labels or more, "
                            + "with a port after a colon if it has one: "
                            + config.didDomain().get());
        }
        this.name = config.didDomain()
                .or(() -> Optional.ofNullable(URI.create(access.issuer()).getAuthority())
                        .filter(DidDomain::isDomain));
    }

    public Optional<String> name() {
        return name;
    }

    /** The name as a DID has it. */
    public Optional<String> authority() {
        return name.map(one -> WebvhDid.unborn(one, List.of()).host());
    }

    private static boolean isDomain(String name) {
        try {
            WebvhDid.unborn(name, List.of());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
