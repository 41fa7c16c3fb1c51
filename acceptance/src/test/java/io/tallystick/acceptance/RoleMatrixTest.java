package io.tallystick.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.properties.HasAnnotations;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.tallystick.identity.did.Identity.Role;
import io.tallystick.identity.did.role.Scopes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Which role reaches which endpoint of which service: all endpoints there are and all roles, so that neither a new endpoint
 * nor a new scope is forgotten. The services' classes are read, not loaded: what they need is not here.
 */
class RoleMatrixTest {
    private static final List<String> VERBS = List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS");
    private static final String RS = "jakarta.ws.rs.";
    private static final String SCOPE = "io.tallystick.kit.access.RequiresScope";
    private static final String EVERYONE = "everyone";
    private static final Map<String, String> SERVICES = new TreeMap<>(
            Map.of("identity", "identity-service", "metering", "metering-service", "billing", "billing-service"));

    /** No endpoint of these services asks for it: edges do that ask by themselves, and those that come. */
    private static final Set<String> OF_NO_ENDPOINT = Set.of("grants:spend");

    /**
     * Behind each endpoint who reaches it. {@code installation} is the installation's operator; {@code client*} a client
     * that reads and writes what is its own; {@code spender} an agent with a client's spend grant.
     */
    private static final String EXPECTED = """
            billing-service GET /facilitator/supported | everyone
            billing-service GET /v1/accounts/{subject} | owner client* auditor operator
            billing-service GET /v1/accounts/{subject}/charges | owner client* auditor operator
            billing-service GET /v1/accounts/{subject}/charges/lines | owner client* auditor operator
            billing-service GET /v1/channels | owner client* auditor operator
            billing-service GET /v1/channels/{channelId} | owner client* auditor operator
            billing-service GET /v1/ledger/balances | owner auditor operator
            billing-service GET /v1/rate-cards | owner client* auditor operator
            billing-service GET /v1/reconciliation | owner auditor operator
            billing-service GET /v1/settlements | owner auditor operator
            billing-service GET /v1/settlements/{id} | owner auditor operator
            billing-service POST /facilitator/settle | owner
            billing-service POST /facilitator/verify | owner
            billing-service POST /v1/payments/authorize | gateway
            billing-service POST /v1/payments/{holdId}/capture | gateway
            billing-service POST /v1/payments/{holdId}/renew | gateway
            billing-service POST /v1/payments/{holdId}/void | gateway
            billing-service POST /v1/rate-cards | owner
            billing-service POST /v1/settlements | owner operator
            billing-service PUT /v1/accounts/{subject} | owner
            billing-service PUT /v1/channels/{channelId}/voucher | owner client*
            billing-service PUT /v1/payee | owner
            identity-service DELETE /v1/tenants/{tenant}/api-keys/{id} | owner client* operator installation
            identity-service DELETE /v1/tenants/{tenant}/credentials/{id} | owner installation
            identity-service DELETE /v1/tenants/{tenant}/dids/{name} | owner installation
            identity-service DELETE /v1/tenants/{tenant}/grants/{jti} | owner client*
            identity-service DELETE /v1/tenants/{tenant}/identities/{did} | owner installation
            identity-service DELETE /v1/tenants/{tenant}/wallets/{account} | owner client*
            identity-service DELETE /v1/tenants/{tenant}/workloads | owner installation
            identity-service GET /.well-known/did.json | everyone
            identity-service GET /.well-known/jwks.json | everyone
            identity-service GET /.well-known/oauth-authorization-server | everyone
            identity-service GET /1.0/identifiers/{did: .+} | everyone
            identity-service GET /dids/{tenant}/{name}/did.json | everyone
            identity-service GET /dids/{tenant}/{name}/did.jsonl | everyone
            identity-service GET /status-lists/{number} | everyone
            identity-service GET /status-lists/{number}/suspension | everyone
            identity-service GET /v1/keys | installation
            identity-service GET /v1/tenants | installation
            identity-service GET /v1/tenants/{tenant} | owner auditor operator installation
            identity-service GET /v1/tenants/{tenant}/api-keys | owner client* auditor operator installation
            identity-service GET /v1/tenants/{tenant}/audit | owner auditor installation
            identity-service GET /v1/tenants/{tenant}/audit/check | owner auditor installation
            identity-service GET /v1/tenants/{tenant}/credentials | owner auditor operator installation
            identity-service GET /v1/tenants/{tenant}/credentials/{id} | owner auditor operator installation
            identity-service GET /v1/tenants/{tenant}/dids | owner auditor operator installation
            identity-service GET /v1/tenants/{tenant}/grants | owner client* auditor
            identity-service GET /v1/tenants/{tenant}/grants/{jti} | owner client* auditor
            identity-service GET /v1/tenants/{tenant}/identities | owner auditor operator installation
            identity-service GET /v1/tenants/{tenant}/wallets | owner client* auditor
            identity-service GET /v1/tenants/{tenant}/wallets/{account} | owner client* auditor
            identity-service GET /v1/tenants/{tenant}/workloads | owner auditor operator installation
            identity-service POST /token | everyone
            identity-service POST /v1/credentials/verify | owner installation
            identity-service POST /v1/keys/rotate | installation
            identity-service POST /v1/tenants | installation
            identity-service POST /v1/tenants/{tenant}/api-keys | owner client* operator installation
            identity-service POST /v1/tenants/{tenant}/credentials | owner installation
            identity-service POST /v1/tenants/{tenant}/credentials/{id}/resume | owner installation
            identity-service POST /v1/tenants/{tenant}/credentials/{id}/suspend | owner installation
            identity-service POST /v1/tenants/{tenant}/dids | owner installation
            identity-service POST /v1/tenants/{tenant}/dids/{name}/move | owner installation
            identity-service POST /v1/tenants/{tenant}/dids/{name}/rotate | owner installation
            identity-service POST /v1/tenants/{tenant}/grants | owner client*
            identity-service POST /v1/tenants/{tenant}/identities | owner installation
            identity-service POST /v1/tenants/{tenant}/wallets | owner client*
            identity-service POST /v1/tenants/{tenant}/wallets/challenges | owner client*
            identity-service POST /v1/tenants/{tenant}/workloads | owner installation
            metering-service DELETE /api/v1/meters/{meter} | owner
            metering-service DELETE /v1/imports/{id} | owner ingest gateway
            metering-service GET /api/v1/meters | owner auditor operator
            metering-service GET /api/v1/meters/{meter} | owner auditor operator
            metering-service GET /api/v1/meters/{meter}/group-by/{dimension}/values | owner client* auditor operator
            metering-service GET /api/v1/meters/{meter}/query | owner client* auditor operator
            metering-service GET /api/v1/meters/{meter}/query | owner client* auditor operator
            metering-service GET /api/v1/meters/{meter}/subjects | owner client* auditor operator
            metering-service GET /v1/dead-letters | owner auditor operator
            metering-service GET /v1/dead-letters/{id} | owner auditor operator
            metering-service GET /v1/imports/{id} | owner auditor operator
            metering-service GET /v1/otlp | owner auditor operator
            metering-service GET /v1/readings | owner client* auditor operator
            metering-service POST /api/v1/events | owner ingest gateway
            metering-service POST /api/v1/meters | owner
            metering-service POST /api/v1/meters/{meter}/query | owner client* auditor operator
            metering-service POST /otlp/v1/metrics | owner ingest gateway
            metering-service POST /otlp/v1/traces | owner ingest gateway
            metering-service POST /v1/amendments | owner ingest gateway
            metering-service POST /v1/dead-letters/replay | owner operator
            metering-service POST /v1/dead-letters/{id}/discard | owner operator
            metering-service POST /v1/dead-letters/{id}/replay | owner operator
            metering-service POST /v1/events | owner ingest gateway
            metering-service POST /v1/imports | owner ingest gateway
            metering-service POST /v1/voids | owner ingest gateway
            metering-service PUT /api/v1/meters/{meter} | owner
            metering-service PUT /v1/otlp | owner
            """;

    private static final List<Endpoint> ENDPOINTS = read();

    /**
     * @param scope empty where everyone may call
     * @param or another scope that does as well
     * @param own whether it serves a caller that may read only what is its own
     */
    private record Endpoint(String service, String name, String scope, String or, boolean own) {

        /** As the services check it. */
        boolean admits(Set<String> scopes, boolean ownOnly) {
            var readsAll = scope.endsWith(":read") && !own;
            return (scopes.contains(scope) || scopes.contains(or)) && !(ownOnly && readsAll);
        }

        boolean isWriting() {
            return !name.startsWith("GET ") && !scope.endsWith(":read");
        }
    }

    @Test
    void eachRoleReachesWhatTheTableSaysAndNothingElse() {
        var found = ENDPOINTS.stream()
                .map(endpoint -> endpoint.service() + " " + endpoint.name() + " | " + reachedBy(endpoint))
                .sorted()
                .collect(Collectors.joining("\n", "", "\n"));

        assertThat(found).isEqualTo(EXPECTED);
    }

    /** A verb that only reads may ask for {@code :read}, and no other may: an auditor reads and does nothing else. */
    @Test
    void whatChangesSomethingAsksForAScopeThatWrites() {
        assertThat(ENDPOINTS)
                .filteredOn(endpoint -> !endpoint.name().startsWith("GET "))
                .filteredOn(endpoint -> endpoint.scope().endsWith(":read"))
                .extracting(Endpoint::name)
                .containsExactly("POST /api/v1/meters/{meter}/query");
    }

    @Test
    void anAuditorWritesNothing() {
        assertThat(ENDPOINTS)
                .filteredOn(Endpoint::isWriting)
                .filteredOn(endpoint -> reachedBy(endpoint).contains("auditor"))
                .isEmpty();
    }

    /** Neither identities nor tenants; its API keys go no further than it does itself. */
    @Test
    void anOperatorOfATenantMakesNoRightsForOthers() {
        assertThat(ENDPOINTS)
                .filteredOn(Endpoint::isWriting)
                .filteredOn(endpoint -> reachedBy(endpoint).contains(" operator"))
                .extracting(Endpoint::name)
                .containsExactlyInAnyOrder(
                        "POST /v1/tenants/{tenant}/api-keys",
                        "DELETE /v1/tenants/{tenant}/api-keys/{id}",
                        "POST /v1/settlements",
                        "POST /v1/dead-letters/replay",
                        "POST /v1/dead-letters/{id}/replay",
                        "POST /v1/dead-letters/{id}/discard");
    }

    /** What gives rights to others needs a proof of a DID's key. */
    @Test
    void anApiKeyReachesNothingThatGivesRights() {
        var reached = new ArrayList<String>();
        for (var role : Role.values()) {
            var byService = Scopes.ofApiKey(Set.of(role));
            for (var endpoint : ENDPOINTS) {
                var scopes = Set.copyOf(byService.getOrDefault(endpoint.service(), List.of()));
                if (endpoint.admits(scopes, Scopes.ownOnly(Set.of(role)))) {
                    reached.add(endpoint.name());
                }
            }
        }
        assertThat(reached)
                .contains("POST /v1/events", "GET /v1/tenants/{tenant}/audit")
                .doesNotContain(
                        "POST /v1/tenants",
                        "POST /v1/tenants/{tenant}/identities",
                        "POST /v1/tenants/{tenant}/workloads",
                        "POST /v1/tenants/{tenant}/api-keys",
                        "POST /v1/tenants/{tenant}/dids",
                        "POST /v1/tenants/{tenant}/wallets",
                        "POST /v1/keys/rotate");
    }

    @Test
    void eachScopeIsAskedForSomewhere() {
        var asked = ENDPOINTS.stream().map(Endpoint::scope).collect(Collectors.toSet());

        assertThat(Set.copyOf(Scopes.all()))
                .containsAll(asked.stream().filter(scope -> !scope.isEmpty()).toList());
        assertThat(Scopes.all()).filteredOn(scope -> !asked.contains(scope)).allMatch(OF_NO_ENDPOINT::contains);
    }

    private static String reachedBy(Endpoint endpoint) {
        if (endpoint.scope().isEmpty()) {
            return EVERYONE;
        }
        var reached = new LinkedHashMap<String, Boolean>();
        for (var role : Role.values()) {
            var ownOnly = Scopes.ownOnly(Set.of(role));
            var name = ownOnly ? role.word() + "*" : role.word();
            reached.put(name, endpoint.admits(Scopes.of(Set.of(role), endpoint.service()), ownOnly));
        }
        reached.put("installation", endpoint.admits(Scopes.ofOperator(endpoint.service()), false));
        reached.put("spender", endpoint.admits(Scopes.ofSpender(endpoint.service()), true));
        return reached.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(" "));
    }

    private static List<Endpoint> read() {
        // What is not of the services is no endpoint of theirs.
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        var all = new ArrayList<Endpoint>();
        SERVICES.forEach((name, service) -> new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.tallystick." + name).stream()
                        .flatMap(type -> type.getMethods().stream())
                        .forEach(method -> verb(method).ifPresent(verb -> all.add(endpoint(service, verb, method)))));
        assertThat(all).as("endpoints of all three services").hasSizeGreaterThan(50);
        return all;
    }

    private static Optional<String> verb(JavaMethod method) {
        return VERBS.stream().filter(verb -> method.isAnnotatedWith(RS + verb)).findFirst();
    }

    /** What a method says goes before what its class says. */
    private static Endpoint endpoint(String service, String verb, JavaMethod method) {
        var owner = method.getOwner();
        var ofMethod = annotation(method, SCOPE);
        var scope = ofMethod.isPresent() ? ofMethod : annotation(owner, SCOPE);
        var more = text(annotation(method, RS + "Path"), "value");
        var path = text(annotation(owner, RS + "Path"), "value")
                + (more.isEmpty() || more.startsWith("/") ? more : "/" + more);
        return new Endpoint(
                service,
                verb + " " + path,
                text(scope, "value"),
                text(scope, "or"),
                scope.flatMap(one -> one.tryGetExplicitlyDeclaredProperty("own"))
                        .equals(Optional.of(true)));
    }

    private static Optional<? extends JavaAnnotation<?>> annotation(HasAnnotations<?> annotated, String name) {
        return annotated.tryGetAnnotationOfType(name);
    }

    private static String text(Optional<? extends JavaAnnotation<?>> annotation, String name) {
        return annotation
                .flatMap(one -> one.tryGetExplicitlyDeclaredProperty(name))
                .map(Object::toString)
                .orElse("");
    }
}
