package io.tallystick.identity.did.role;

import io.tallystick.identity.did.Identity.Role;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which scopes there are in which service, and which of them a role gives. */
public final class Scopes {
    /** Scopes by the service that they are good for; an access token is for one service. */
    private static final Map<String, Set<String>> BY_AUDIENCE = Map.of(
            "identity-service",
                    Set.of(
                            "tenants:write",
                            "keys:write",
                            "identities:write",
                            "identities:read",
                            "grants:write",
                            "grants:read",
                            "api-keys:write",
                            "api-keys:read",
                            "wallets:write",
                            "wallets:read",
                            "audit:read"),
            "metering-service",
                    Set.of(
                            "usage:write",
                            "usage:read",
                            "meters:write",
                            "letters:write",
                            "gateway:call",
                            "grants:spend"),
            "billing-service",
                    Set.of(
                            "rates:write",
                            "billing:read",
                            "settlement:run",
                            "vouchers:write",
                            "payments:authorize",
                            "facilitator",
                            "grants:spend"));

    /** What an agent may do with a client's spend grant, and nobody by a role. */
    private static final Set<String> SPENDER = Set.of("grants:spend");

    /** What the installation's operator may do, who belongs to no tenant. */
    private static final Set<String> OPERATOR = Set.of(
            "tenants:write",
            "keys:write",
            "identities:write",
            "identities:read",
            "api-keys:write",
            "api-keys:read",
            "audit:read");

    /** What gives rights to others needs a proof of a DID's key: an API key that is found must not make more of its kind. */
    private static final Set<String> NOT_BY_API_KEY =
            Set.of("tenants:write", "keys:write", "identities:write", "api-keys:write", "wallets:write");

    private static final Map<Role, Set<String>> BY_ROLE = Map.of(
            Role.OWNER,
                    Set.of(
                            "identities:write",
                            "identities:read",
                            "grants:write",
                            "grants:read",
                            "api-keys:write",
                            "api-keys:read",
                            "wallets:write",
                            "wallets:read",
                            "audit:read",
                            "meters:write",
                            "letters:write",
                            "usage:write",
                            "usage:read",
                            "rates:write",
                            "billing:read",
                            "settlement:run",
                            "vouchers:write",
                            "facilitator"),
            Role.INGEST, Set.of("usage:write"),
            Role.CLIENT,
                    Set.of(
                            "grants:write",
                            "grants:read",
                            "api-keys:write",
                            "api-keys:read",
                            "wallets:write",
                            "wallets:read",
                            "gateway:call",
                            "usage:read",
                            "billing:read",
                            "vouchers:write"),
            Role.GATEWAY, Set.of("payments:authorize", "usage:write"),
            Role.AUDITOR,
                    Set.of(
                            "identities:read",
                            "grants:read",
                            "api-keys:read",
                            "wallets:read",
                            "audit:read",
                            "usage:read",
                            "billing:read"),
            Role.OPERATOR,
                    Set.of(
                            "identities:read",
                            "api-keys:write",
                            "api-keys:read",
                            "usage:read",
                            "letters:write",
                            "billing:read",
                            "settlement:run"));

    private Scopes() {}

    /** Whether {@code audience} is a service of ours. */
    public static boolean hasAudience(String audience) {
        return BY_AUDIENCE.containsKey(audience);
    }

    public static List<String> all() {
        return BY_AUDIENCE.values().stream().flatMap(Set::stream).sorted().toList();
    }

    /** What the operator may do in this service. */
    public static Set<String> ofOperator(String audience) {
        return in(audience, OPERATOR);
    }

    /** What a spend grant's agent may do in this service. */
    public static Set<String> ofSpender(String audience) {
        return in(audience, SPENDER);
    }

    /** What these roles may do in this service. */
    public static Set<String> of(Set<Role> roles, String audience) {
        var all = roles.stream().flatMap(role -> BY_ROLE.get(role).stream()).collect(Collectors.toSet());
        return in(audience, all);
    }

    /** What a bearer of an API key with these roles may do, by service; a service where it is nothing is left out. */
    public static Map<String, List<String>> ofApiKey(Set<Role> roles) {
        var byService = new TreeMap<String, List<String>>();
        for (var service : BY_AUDIENCE.keySet()) {
            var allowed = of(roles, service).stream()
                    .filter(scope -> !NOT_BY_API_KEY.contains(scope))
                    .sorted()
                    .toList();
            if (!allowed.isEmpty()) {
                byService.put(service, allowed);
            }
        }
        return byService;
    }

    /** Whether whoever has the roles {@code narrow} may do nothing, in no service, that those with {@code wide} may not. */
    public static boolean within(Set<Role> narrow, Set<Role> wide) {
        var readsNoMore = !ownOnly(wide) || ownOnly(narrow);
        return readsNoMore
                && BY_AUDIENCE.keySet().stream()
                        .allMatch(service -> of(wide, service).containsAll(of(narrow, service)));
    }

    /** Whether these roles read only what is their own: all but an owner's, the one that reads for its tenant. */
    public static boolean ownOnly(Set<Role> roles) {
        return roles.contains(Role.CLIENT) && !roles.contains(Role.OWNER);
    }

    /**
     * What of {@code allowed} an access token is to have.
     *
     * @param asked scopes joined by spaces; empty for all that are allowed
     * @return the scopes in a fixed order; empty if one that was asked for is not allowed, or none is left
     */
    public static Optional<List<String>> granted(Set<String> allowed, String asked) {
        var wanted = new LinkedHashSet<>(
                asked.isBlank() ? allowed : Arrays.asList(asked.strip().split(" +", -1)));
        return wanted.isEmpty() || !allowed.containsAll(wanted)
                ? Optional.empty()
                : Optional.of(wanted.stream().sorted().toList());
    }

    private static Set<String> in(String audience, Set<String> scopes) {
        return scopes.stream().filter(BY_AUDIENCE.get(audience)::contains).collect(Collectors.toSet());
    }
}
