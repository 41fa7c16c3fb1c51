package io.tallystick.kit.access;

import io.tallystick.kit.access.AccessToken.Spending;
import io.tallystick.kit.access.apikey.UsedKey;
import jakarta.enterprise.context.RequestScoped;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Who makes the request being answered. There is one only where {@link RequiresScope} asked for it. */
@RequestScoped
public class Caller {
    private final IdentityView identity;
    private AccessToken token;

    Caller(IdentityView identity) {
        this.identity = identity;
    }

    /** The tenant that the caller acts for; every row read or written on its behalf is this tenant's. */
    public String tenant() {
        return token().tenant();
    }

    public String did() {
        return token().did();
    }

    /**
     * Whom the caller is: {@link #did()}, and the did:pkh of each account on a chain that is linked to it with the tenant. What
     * is one of theirs is the caller's own.
     */
    public Set<String> subjects() {
        return identity.subjects(tenant(), did(), Instant.now());
    }

    public Set<String> scopes() {
        return token().scopes();
    }

    /** Whether the caller may see only what is its own: where one of {@link #subjects()} is the subject. */
    public boolean ownOnly() {
        return token().ownOnly();
    }

    /** Thumbprint of the key that the caller proved to hold; empty where its access token is bound to none. */
    public Optional<String> key() {
        return token().key();
    }

    /** The agent that calls and the grant that it spends, where {@link #did()} does not call itself. */
    public Optional<Spending> spending() {
        return token().spending();
    }

    /** The API key that the request came with, if it was one; its limits on models are for who serves models to keep. */
    public Optional<UsedKey> apiKey() {
        return token().apiKey();
    }

    public boolean may(String scope) {
        return token().scopes().contains(scope);
    }

    /** Whether there is one: a request to an endpoint that is open to everyone has none. */
    public boolean isKnown() {
        return token != null;
    }

    void is(AccessToken verified) {
        token = verified;
    }

    private AccessToken token() {
        if (token == null) {
            throw new IllegalStateException("the resource method has no @RequiresScope, so it has no caller");
        }
        return token;
    }
}
