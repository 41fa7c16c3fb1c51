package io.tallystick.identity.access;

import io.tallystick.identity.access.TokenRefused.Code;
import io.tallystick.identity.did.role.Scopes;
import io.tallystick.identity.grant.SpendGrant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A request for an access token, complete and with each parameter once.
 *
 * @param audience the service that it is for
 * @param scope what was asked for, empty for all there is
 * @param tenant the tenant to act for, empty if the DID acts for one only
 * @param grant the jti of the spend grant that is to be spent, empty to act by one's roles
 */
record TokenRequest(String assertion, String audience, String scope, String tenant, String grant) {
    static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    static final String GRANT_TYPE = "client_credentials";

    private static final Pattern GRANT = Pattern.compile(SpendGrant.JTI);
    private static final int MAX_SCOPE_LENGTH = 512;
    private static final Set<String> KNOWN = Set.of(
            "grant_type",
            "client_assertion_type",
            "client_assertion",
            "client_id",
            "resource",
            "audience",
            "scope",
            "tenant",
            "grant");

    /**
     * Reads a form.
     *
     * @throws TokenRefused if a parameter is missing, comes twice, or asks for what there is not
     */
    static TokenRequest of(Map<String, List<String>> form) {
        for (var name : KNOWN) {
            if (form.getOrDefault(name, List.of()).size() > 1) {
                throw new TokenRefused(Code.INVALID_REQUEST, "Send " + name + " once.");
            }
        }
        if (!required(form, "grant_type").equals(GRANT_TYPE)) {
            throw new TokenRefused(Code.UNSUPPORTED_GRANT_TYPE, "grant_type must be " + GRANT_TYPE + ".");
        }
        if (!required(form, "client_assertion_type").equals(ASSERTION_TYPE)) {
            throw new TokenRefused(Code.INVALID_REQUEST, "client_assertion_type must be " + ASSERTION_TYPE + ".");
        }
        var scope = optional(form, "scope");
        if (scope.length() > MAX_SCOPE_LENGTH) {
            throw new TokenRefused(Code.INVALID_SCOPE, "scope is too long.");
        }
        var tenant = optional(form, "tenant");
        var grant = optional(form, "grant");
        if (!grant.isEmpty() && (tenant.isEmpty() || !GRANT.matcher(grant).matches())) {
            throw new TokenRefused(Code.INVALID_REQUEST, "Send grant as a grant's jti, and its tenant.");
        }
        return new TokenRequest(required(form, "client_assertion"), audience(form), scope, tenant, grant);
    }

    private static String audience(Map<String, List<String>> form) {
        var resource = optional(form, "resource");
        var audience = optional(form, "audience");
        if (!resource.isEmpty() && !audience.isEmpty() && !resource.equals(audience)) {
            throw new TokenRefused(Code.INVALID_TARGET, "resource and audience must be the same service.");
        }
        var one = resource.isEmpty() ? audience : resource;
        if (!Scopes.hasAudience(one)) {
            throw new TokenRefused(
                    Code.INVALID_TARGET, "resource must be identity-service, metering-service or billing-service.");
        }
        return one;
    }

    private static String required(Map<String, List<String>> form, String name) {
        var value = optional(form, name);
        if (value.isEmpty()) {
            throw new TokenRefused(Code.INVALID_REQUEST, "Send " + name + ".");
        }
        return value;
    }

    private static String optional(Map<String, List<String>> form, String name) {
        return form.getOrDefault(name, List.of("")).getFirst();
    }
}
