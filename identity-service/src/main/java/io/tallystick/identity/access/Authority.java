package io.tallystick.identity.access;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.access.AccessTokens.Grant;
import io.tallystick.identity.access.AccessTokens.Issued;
import io.tallystick.identity.access.AccessTokens.Spending;
import io.tallystick.identity.access.TokenRefused.Code;
import io.tallystick.identity.access.TokenRequest.Named;
import io.tallystick.identity.access.TokenRequest.Nothing;
import io.tallystick.identity.access.TokenRequest.Shown;
import io.tallystick.identity.did.DidSignatures;
import io.tallystick.identity.did.Identities;
import io.tallystick.identity.did.Identities.Known;
import io.tallystick.identity.did.Identity;
import io.tallystick.identity.did.role.Scopes;
import io.tallystick.identity.grant.Grants;
import io.tallystick.identity.grant.KeptGrant;
import io.tallystick.identity.key.IdentityConfig;
import io.tallystick.identity.tenant.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a caller that proved itself may have an access token for: by its roles, or by a spend grant. */
@ApplicationScoped
class Authority {
    private final DidSignatures signatures;
    private final Identities identities;
    private final AccessTokens tokens;
    private final Grants grants;
    private final IdentityConfig config;
    private final TokenLimits limits;

    Authority(
            DidSignatures signatures,
            Identities identities,
            AccessTokens tokens,
            Grants grants,
            IdentityConfig config,
            TokenLimits limits) {
        this.signatures = signatures;
        this.identities = identities;
        this.tokens = tokens;
        this.grants = grants;
        this.config = config;
        this.limits = limits;
    }

    /**
     * Who asks.
     *
     * @param version the version of the DID that has the key; empty for a DID that never changes
     * @param key thumbprint of the DID's key that it proved
     */
    record Asking(String did, String version, String key) {}

    /**
     * The access token that {@code asking} is given. Fails with {@link TokenRefused}.
     *
     * @param boundTo thumbprint of the key that the access token is bound to; empty for none
     */
    Uni<Issued> issue(TokenRequest request, Asking asking, String boundTo, Instant now) {
        return switch (request.spent()) {
            case Nothing _ -> grant(request, asking, now).chain(grant -> tokens.issue(grant, boundTo, now));
            case Named(var jti) -> spending(request, asking, grants.holding(request.tenant(), jti, now), now);
            case Shown(var text) -> spending(request, asking, grants.holding(text, now), now);
        };
    }

    /** The client said who may spend, and by which key: the agent's roles, if it has any, do not matter. */
    private Uni<Issued> spending(TokenRequest request, Asking agent, Uni<Optional<KeptGrant>> holding, Instant now) {
        return holding.chain(found -> {
            var kept = found.filter(one -> one.grant().agent().did().equals(agent.did())
                            && one.grant().agent().key().equals(agent.key()))
                    .filter(one -> request.tenant().isEmpty() || one.tenant().equals(request.tenant()))
                    .orElseThrow(() -> new TokenRefused(
                            Code.INVALID_GRANT, "No such grant of this tenant that holds now is yours."));
            limits.takeOfCaller(agent.did(), kept.tenant(), System.nanoTime());
            var scopes = scopes(Scopes.ofSpender(request.audience()), request);
            var client = kept.place().client();
            return signatures
                    .version(client)
                    .map(version ->
                            new Spending(kept.grant(), kept.tenant(), client, version, request.audience(), scopes))
                    .chain(spending -> tokens.issue(spending, now));
        });
    }

    private Uni<Grant> grant(TokenRequest request, Asking asking, Instant now) {
        var did = asking.did();
        // The operator is no identity, so nobody would hear of a new version of its DID.
        if (did.equals(config.operatorDid())
                && asking.version().isEmpty()
                && (request.tenant().isEmpty() || request.tenant().equals(Tenant.INSTALLATION))) {
            limits.takeOfCaller(did, Tenant.INSTALLATION, System.nanoTime());
            var scopes = scopes(Scopes.ofOperator(request.audience()), request);
            return Uni.createFrom().item(new Grant(Tenant.INSTALLATION, did, "", request.audience(), scopes, false));
        }
        return identities.of(did, request.tenant()).chain(found -> {
            var known = chosen(found);
            limits.takeOfCaller(did, known.identity().tenant(), System.nanoTime());
            var grant = grant(request, known.identity(), asking.version());
            return known.inUse()
                    ? Uni.createFrom().item(grant)
                    : identities.inUse(known.identity(), now).replaceWith(grant);
        });
    }

    private static Grant grant(TokenRequest request, Identity identity, String version) {
        var scopes = scopes(Scopes.of(identity.roles(), request.audience()), request);
        return new Grant(
                identity.tenant(),
                identity.did(),
                version,
                request.audience(),
                scopes,
                Scopes.ownOnly(identity.roles()));
    }

    /** A tenant that the holder never used does not count beside one that it did: anyone may register any DID. */
    private static Known chosen(List<Known> found) {
        var inUse = found.stream().filter(Known::inUse).toList();
        var fitting = inUse.isEmpty() ? found : inUse;
        if (fitting.isEmpty()) {
            throw new TokenRefused(Code.INVALID_CLIENT, "This DID is not registered; ask the tenant's owner.");
        }
        if (fitting.size() > 1) {
            throw new TokenRefused(Code.INVALID_REQUEST, "This DID acts for several tenants: send tenant.");
        }
        return fitting.getFirst();
    }

    private static List<String> scopes(Set<String> allowed, TokenRequest request) {
        return Scopes.granted(allowed, request.scope())
                .orElseThrow(() -> new TokenRefused(
                        Code.INVALID_SCOPE,
                        allowed.isEmpty()
                                ? "This DID's roles give nothing in " + request.audience() + "."
                                : "Ask for scopes among: "
                                        + String.join(
                                                " ", allowed.stream().sorted().toList())));
    }
}
