package io.tallystick.identity.wallet.proof;

import static java.util.Objects.requireNonNull;

import java.net.URI;

/**
 * Where an account is linked: what a signature must name, so that it is good nowhere else.
 *
 * @param issuer identity-service's URL, exactly as configured
 */
public record Place(URI issuer, String tenant) {
    public Place {
        requireNonNull(tenant, "tenant");
        if (issuer.getRawAuthority() == null || issuer.getScheme() == null) {
            throw new IllegalArgumentException("the issuer is no URL with a host: " + issuer);
        }
    }

    /** The authority that a wallet shows and compares with the page it is asked from. */
    String domain() {
        return issuer.getRawAuthority();
    }

    String scheme() {
        return issuer.getScheme();
    }

    String uri() {
        return issuer.toString();
    }

    /** The tenant's URL. */
    String tenantUrl() {
        return issuer + "/v1/tenants/" + tenant;
    }
}
