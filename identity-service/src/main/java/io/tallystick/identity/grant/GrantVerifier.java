package io.tallystick.identity.grant;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.did.DidKeys.Purpose;
import io.tallystick.identity.did.DidSignatures;
import io.tallystick.identity.grant.GrantVerification.Reason;
import io.tallystick.identity.grant.GrantVerification.Refused;
import io.tallystick.identity.grant.GrantVerification.Verified;
import io.tallystick.identity.grant.SpendGrant.Agent;
import io.tallystick.identity.grant.SpendGrant.Origin;
import io.tallystick.identity.grant.SpendGrant.Parent;
import io.tallystick.identity.grant.SpendGrant.Root;
import io.tallystick.kit.access.AccessConfig;
import io.tallystick.kit.access.CompactJws;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Verifies spend grants: a JWT that its issuer's DID signed. Whether a child's parent lets it be is not asked here.
 *
 * <p>Strict beyond what a JWT must be: a claim that is not understood could be a restriction, so there is none, and there
 * is nothing but texts, whole numbers, lists and objects.
 */
@ApplicationScoped
class GrantVerifier {
    /** Longest grant looked at, in characters. */
    static final int MAX_LENGTH = 8192;

    /** Well below the forty days for which the other services find in the topic what became of it. */
    static final Duration MAX_LIFETIME = Duration.ofDays(30);

    /** No other JWS of ours is of this kind: none is taken for a grant, nor a grant for one. */
    static final String TYPE = "spend-grant+jwt";

    private static final Set<String> HEADER = Set.of("alg", "typ");
    private static final Set<String> HEADER_OPTIONAL = Set.of("kid");
    private static final Set<String> CLAIMS = Set.of(
            "iss", "sub", "aud", "jti", "iat", "nbf", "exp", "cnf", "asset", "budget", "cap", "payees", "models",
            "depth");
    private static final Pattern UNITS = Pattern.compile("[1-9][0-9]{0,38}");

    private final DidSignatures signatures;
    private final String issuer;
    private final Duration skew;

    GrantVerifier(DidSignatures signatures, AccessConfig config) {
        this.signatures = signatures;
        this.issuer = config.issuer();
        this.skew = config.clockSkew();
    }

    /** What a grant that is for {@code tenant} must name as its audience. */
    String audience(String tenant) {
        return issuer + "/v1/tenants/" + tenant;
    }

    /** What {@code text} says, if all of it may be believed now; else why not. */
    Uni<GrantVerification> verify(String text, String tenant, Instant now) {
        try {
            var jws = parse(text);
            var claims = jws.claims();
            return signedBy(jws, claims)
                    .map(signedBy -> verify(text, claims, signedBy, tenant, now))
                    .onFailure(CompactJws.Invalid.class)
                    .recoverWithItem(e -> new Refused(Reason.NOT_SIGNED, e.getMessage()));
        } catch (CompactJws.Invalid e) {
            return Uni.createFrom().item(new Refused(Reason.NOT_A_GRANT, e.getMessage()));
        }
    }

    /** The thumbprint of the key of the issuer that signed, among those that it has now. */
    private Uni<String> signedBy(CompactJws jws, JsonNode claims) {
        return Uni.createFrom()
                .deferred(() -> signatures.keys(CompactJws.text(claims, "iss"), Purpose.ASSERTION))
                .map(keys -> keys.verify(jws).thumbprint());
    }

    private GrantVerification verify(String text, JsonNode claims, String signedBy, String tenant, Instant now) {
        try {
            var grant = read(text, claims);
            if (!signatures.hasKey(grant.agent().did(), grant.agent().key())) {
                return new Refused(Reason.BAD_CLAIMS, "cnf.jkt must be the thumbprint of a signing key of sub");
            }
            return believed(new Verified(grant, text, signedBy), claims, tenant, now);
        } catch (CompactJws.Invalid | IllegalArgumentException e) {
            return new Refused(Reason.BAD_CLAIMS, e.getMessage());
        }
    }

    /** What a text says that was verified before. */
    static SpendGrant read(String text) {
        return read(text, parse(text).claims());
    }

    /** Which grant a text says to be; nothing of it is believed. */
    static Optional<Name> named(String text) {
        try {
            var claims = parse(text).claims();
            var audience = CompactJws.text(claims, "aud");
            return Optional.of(
                    new Name(audience.substring(audience.lastIndexOf('/') + 1), CompactJws.text(claims, "jti")));
        } catch (CompactJws.Invalid _) {
            return Optional.empty();
        }
    }

    /** What a grant is found by. */
    record Name(String tenant, String jti) {}

    private static CompactJws parse(String text) {
        return CompactJws.parse(text, MAX_LENGTH, HEADER, HEADER_OPTIONAL).requireHeader("typ", TYPE);
    }

    private GrantVerification believed(Verified verified, JsonNode claims, String tenant, Instant now) {
        var limits = verified.grant().limits();
        var issued = CompactJws.time(claims, "iat");

        if (!audience(tenant).equals(CompactJws.text(claims, "aud"))) {
            return new Refused(Reason.WRONG_AUDIENCE, "aud must be " + audience(tenant));
        }
        if (!limits.expiresAt().plus(skew).isAfter(now)) {
            return new Refused(Reason.EXPIRED, "it has expired");
        }
        if (issued.isAfter(now.plus(skew))) {
            return new Refused(Reason.FROM_THE_FUTURE, "iat is in the future; check the clocks");
        }
        if (limits.expiresAt().isAfter(issued.plus(MAX_LIFETIME))) {
            return new Refused(
                    Reason.TOO_LONG_LIVED, "exp must be at most " + MAX_LIFETIME.toDays() + " days after iat");
        }
        return verified;
    }

    private static SpendGrant read(String text, JsonNode claims) {
        requireNames(claims, CLAIMS, Set.of("parent"), "the claims");
        var cnf = object(claims, "cnf", Set.of("jkt"));
        var limits = new Limits(
                CompactJws.text(claims, "asset"),
                units(claims, "budget"),
                units(claims, "cap"),
                names(claims, "payees"),
                names(claims, "models"),
                depth(claims),
                CompactJws.time(claims, "nbf"),
                CompactJws.time(claims, "exp"));
        return new SpendGrant(
                CompactJws.text(claims, "jti"),
                digest(text),
                CompactJws.text(claims, "iss"),
                new Agent(CompactJws.text(claims, "sub"), CompactJws.text(cnf, "jkt")),
                limits,
                origin(claims));
    }

    private static Origin origin(JsonNode claims) {
        if (!claims.has("parent")) {
            return new Root();
        }
        var parent = object(claims, "parent", Set.of("jti", "digest"));
        return new Parent(CompactJws.text(parent, "jti"), CompactJws.text(parent, "digest"));
    }

    private static JsonNode object(JsonNode claims, String name, Set<String> names) {
        var value = claims.get(name);
        if (!value.isObject()) {
            throw new CompactJws.Invalid(name + " must be an object");
        }
        requireNames(value, names, Set.of(), name);
        return value;
    }

    private static void requireNames(JsonNode object, Set<String> required, Set<String> optional, String what) {
        var found = new HashSet<String>();
        object.fieldNames().forEachRemaining(found::add);
        if (!found.containsAll(required)
                || !found.stream().allMatch(name -> required.contains(name) || optional.contains(name))) {
            throw new CompactJws.Invalid(what + " must have "
                    + String.join(", ", required.stream().sorted().toList())
                    + (optional.isEmpty() ? "" : ", may have " + String.join(", ", optional)) + " and nothing else");
        }
    }

    private static BigInteger units(JsonNode claims, String name) {
        var text = CompactJws.text(claims, name);
        if (!UNITS.matcher(text).matches()) {
            throw new CompactJws.Invalid(name + " must be a whole number of token units above zero, as a text");
        }
        return new BigInteger(text);
    }

    /** A list without repetition: who reads it otherwise would read another grant. */
    private static Set<String> names(JsonNode claims, String name) {
        var value = claims.get(name);
        var names = new HashSet<String>();
        if (!value.isArray()
                || value.size() > Limits.MAX_NAMES
                || !value.valueStream().allMatch(item -> item.isTextual() && names.add(item.textValue()))) {
            throw new CompactJws.Invalid(name + " must be a list of at most " + Limits.MAX_NAMES + " different texts");
        }
        return names;
    }

    private static int depth(JsonNode claims) {
        var value = claims.get("depth");
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new CompactJws.Invalid("depth must be a whole number");
        }
        return value.intValue();
    }

    static String digest(String text) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
