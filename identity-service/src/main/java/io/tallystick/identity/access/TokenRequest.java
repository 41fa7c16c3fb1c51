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
 * @param spent the spend grant that is to be spent
 */
record TokenRequest(String assertion, String audience, String scope, String tenant, Spent spent) {

    /** Which spend grant is to be spent. */
    sealed interface Spent {}

    /** None: the caller acts by its roles. */
    record Nothing() implements Spent {}

    /** The tenant's grant of this jti. */
    record Named(String jti) implements Spent {}

    /** The one with this text, which is exchanged (RFC 8693). */
    record Shown(String text) implements Spent {}

    static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    static final String SPIFFE_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";
    static final String GRANT_TYPE = "client_credentials";
    static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

    private static final String JWT = "urn:ietf:params:oauth:token-type:jwt";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

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
            "grant",
            "subject_token",
            "subject_token_type",
            "requested_token_type",
            "actor_token",
            "actor_token_type");

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
        var exchange = isExchange(form);
        if (!Set.of(ASSERTION_TYPE, SPIFFE_ASSERTION_TYPE).contains(required(form, "client_assertion_type"))) {
            throw new TokenRefused(Code.INVALID_REQUEST, "client_assertion_type must be " + ASSERTION_TYPE + ".");
        }
        var scope = optional(form, "scope");
        if (scope.length() > MAX_SCOPE_LENGTH) {
            throw new TokenRefused(Code.INVALID_SCOPE, "scope is too long.");
        }
        var tenant = optional(form, "tenant");
        var spent = exchange ? exchanged(form) : named(form, tenant);
        return new TokenRequest(required(form, "client_assertion"), audience(form), scope, tenant, spent);
    }

    private static boolean isExchange(Map<String, List<String>> form) {
        return switch (required(form, "grant_type")) {
            case GRANT_TYPE -> false;
            case EXCHANGE -> true;
            default ->
                throw new TokenRefused(
                        Code.UNSUPPORTED_GRANT_TYPE, "grant_type must be " + GRANT_TYPE + " or " + EXCHANGE + ".");
        };
    }

    private static Spent named(Map<String, List<String>> form, String tenant) {
        var grant = optional(form, "grant");
        if (grant.isEmpty()) {
            return new Nothing();
        }
        if (tenant.isEmpty() || !GRANT.matcher(grant).matches()) {
            throw new TokenRefused(Code.INVALID_REQUEST, "Send grant as a grant's jti, and its tenant.");
        }
        return new Named(grant);
    }

    /** Who acts is who sends the client_assertion, so another actor would be a second answer to one question. */
    private static Spent exchanged(Map<String, List<String>> form) {
        if (!optional(form, "actor_token").isEmpty() || !optional(form, "grant").isEmpty()) {
            throw new TokenRefused(
                    Code.INVALID_REQUEST, "The grant is the subject_token, and the client_assertion's DID its actor.");
        }
        if (!required(form, "subject_token_type").equals(JWT)) {
            throw new TokenRefused(Code.INVALID_REQUEST, "subject_token_type must be " + JWT + ": a spend grant.");
        }
        var requested = optional(form, "requested_token_type");
        if (!requested.isEmpty() && !requested.equals(ACCESS_TOKEN)) {
            throw new TokenRefused(Code.INVALID_REQUEST, "requested_token_type must be " + ACCESS_TOKEN + ".");
        }
        return new Shown(required(form, "subject_token"));
    }

    boolean spends() {
        return !(spent instanceof Nothing);
    }

    /** Whether the answer is one of RFC 8693. */
    boolean isExchange() {
        return spent instanceof Shown;
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
