package io.tallystick.devstack.installation;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** What the operator of a new installation tells identity-service: the first tenant, and its gateway. */
public final class Registration {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String identity;
    private final AccessTokens operator;

    /**
     * Registrations at an identity-service.
     *
     * @param identity its URL, which is also the issuer of its access tokens
     */
    public Registration(String identity, Ed25519Key operator, InstantSource clock) {
        this.identity = identity;
        this.operator = new AccessTokens(identity, operator, clock);
    }

    public void register(String tenant, Ed25519Key gateway) throws IOException, InterruptedException {
        post("/v1/tenants", Map.of("id", tenant, "name", "Acme"));
        register(tenant, gateway, "service", "gateway");
    }

    /** Gives a holder of a key one role with a tenant. */
    public void register(String tenant, Ed25519Key holder, String kind, String role)
            throws IOException, InterruptedException {
        post(
                "/v1/tenants/" + tenant + "/identities",
                Map.of("did", holder.did(), "kind", kind, "roles", List.of(role), "name", role));
    }

    private void post(String path, Map<String, Object> body) throws IOException, InterruptedException {
        var token = operator.token("identity-service", "tenants:write identities:write");
        AccessTokens.send(HttpRequest.newBuilder(URI.create(identity + path))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + token)
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))));
    }
}
