package io.tallystick.kit.access;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.DefaultBean;
import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.apikey.ApiKey;
import io.tallystick.kit.access.apikey.SentKey;
import io.tallystick.kit.access.apikey.UsedKey;
import io.tallystick.kit.access.proof.DpopProofs;
import io.tallystick.kit.access.proof.MemoryUsedProofs;
import io.tallystick.kit.access.proof.Nonces;
import io.tallystick.kit.access.proof.Origins;
import io.tallystick.kit.access.proof.Presented;
import io.tallystick.kit.access.proof.Proof;
import io.tallystick.kit.access.proof.ProofConfig;
import io.tallystick.kit.access.proof.ProofKeys;
import io.tallystick.kit.access.proof.ProofRefused;
import io.tallystick.kit.access.proof.UsedProofs;
import io.tallystick.kit.access.proof.signature.HttpSignatures;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Whether a request may go on. For resources {@link RequiresScope} asks it; other edges ask it themselves. */
@ApplicationScoped
public class AccessCheck {

    /** What an access token that is for its caller's own only is held to; what it may write, another role gave it. */
    private static final String READING = ":read";

    private final AccessTokenVerifier verifier;
    private final DpopProofs proofs;
    private final HttpSignatures signatures;
    private final UsedProofs used;
    private final IdentityView identity;
    private final MeterRegistry metrics;
    private final String audience;

    AccessCheck(
            AccessConfig config,
            IdentityView identity,
            DpopProofs proofs,
            HttpSignatures signatures,
            UsedProofs used,
            MeterRegistry metrics) {
        this.verifier = new AccessTokenVerifier(config.issuer(), config.audience(), config.clockSkew(), identity);
        this.proofs = proofs;
        this.signatures = signatures;
        this.used = used;
        this.identity = identity;
        this.metrics = metrics;
        audience = config.audience();
    }

    /**
     * A caller that may go on.
     *
     * @param proof of the key that its access token is bound to, if it is bound to one
     */
    public record Admitted(AccessToken token, Optional<Proof> proof) {}

    /**
     * The caller, verified, by its access token or an API key in its place. Who is bound to a key has proved it, with a proof
     * that was not used before.
     *
     * @param scope what the caller must be allowed to do
     * @param own whether a caller passes that may read only what is its own; who asks keeps it to that
     * @return fails with {@link AccessRefused} if the request may not go on
     */
    public CompletionStage<Admitted> require(Presented request, String scope, boolean own) {
        return require(request, scope, scope, own);
    }

    CompletionStage<Admitted> require(Presented request, RequiresScope required) {
        var or = required.or().isEmpty() ? required.value() : required.or();
        return require(request, required.value(), or, required.own());
    }

    /**
     * As {@link #require(Presented, String, boolean)}.
     *
     * @param or another scope that does as well
     */
    public CompletionStage<Admitted> require(Presented request, String scope, String or, boolean own) {
        try {
            var now = Instant.now();
            var credential = credential(request);
            var token = ApiKey.isMeant(credential.token())
                    ? ofApiKey(credential.token(), now)
                    : verifier.verify(credential.token(), now);
            var proof = proof(request, credential, token, now);
            var readsAll = scope.endsWith(READING) && !own;
            var allowed = token.scopes().contains(scope) || token.scopes().contains(or);
            if (!allowed || (token.ownOnly() && readsAll)) {
                throw new AccessRefused(
                        Reason.INSUFFICIENT_SCOPE,
                        "This needs an access token or API key with the scope " + scope + ".",
                        scope);
            }
            var admitted = new Admitted(token, proof);
            return proof.isEmpty()
                    ? CompletableFuture.completedFuture(admitted)
                    : once(credential.scheme(), admitted, proof.get(), now);
        } catch (AccessRefused e) {
            return CompletableFuture.failedFuture(counted(e));
        }
    }

    /** The refusal of a body that is not what its request's signature says. */
    public AccessRefused bodyRefused(ProofRefused e) {
        return counted(refused(Scheme.BEARER, e));
    }

    /** What a proof may name now. */
    public Nonces nonces() {
        return identity.nonces();
    }

    private AccessToken ofApiKey(String text, Instant now) {
        try {
            var key = identity.apiKey(ApiKey.parse(text), now);
            var scopes = Set.copyOf(key.scopes().getOrDefault(audience, List.of()));
            return new AccessToken(
                    key.tenant(),
                    key.did(),
                    scopes,
                    key.own(),
                    key.id(),
                    key.expiresAt(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(UsedKey.of(key)));
        } catch (ApiKey.Invalid e) {
            throw new AccessRefused(Reason.MALFORMED_API_KEY, e.getMessage());
        }
    }

    /** What an access token must be for. The filter asks here: it is made before the configuration can be read. */
    String audience() {
        return audience;
    }

    private enum Scheme {
        BEARER,
        DPOP
    }

    private record Credential(Scheme scheme, String token) {}

    /** Two credentials in one request are a doubt, and a doubt is none. */
    private static Credential credential(Presented request) {
        var sent = sentKey(request);
        if (sent.isPresent()) {
            return new Credential(Scheme.BEARER, sent.get());
        }
        var values = request.header("Authorization");
        if (values.size() == 1) {
            for (var scheme : Scheme.values()) {
                var word = scheme.name() + " ";
                if (values.getFirst().regionMatches(true, 0, word, 0, word.length())) {
                    return new Credential(
                            scheme, values.getFirst().substring(word.length()).strip());
                }
            }
        }
        throw new AccessRefused(
                Reason.NO_TOKEN,
                "Send an access token or an API key: Authorization: Bearer …, or DPoP … with a proof if it is bound to a key.");
    }

    private static Optional<String> sentKey(Presented request) {
        try {
            return SentKey.of(request.headers(), request.path() + "?" + request.query());
        } catch (SentKey.Misplaced e) {
            var reason =
                    switch (e.why()) {
                        case NO_KEY -> Reason.MALFORMED_API_KEY;
                        case SEVERAL_CREDENTIALS -> Reason.CONFLICTING_CREDENTIALS;
                        case IN_URL -> Reason.API_KEY_IN_URL;
                    };
            throw new AccessRefused(reason, e.getMessage());
        }
    }

    private Optional<Proof> proof(Presented request, Credential credential, AccessToken token, Instant now) {
        var bound = token.key();
        if (bound.isEmpty()) {
            if (credential.scheme() == Scheme.DPOP) {
                throw new AccessRefused(
                        Reason.NOT_PROVEN, "The access token is bound to no key: send it as Authorization: Bearer ….");
            }
            return Optional.empty();
        }
        try {
            var proof =
                    switch (credential.scheme()) {
                        case DPOP -> proofs.verify(request, credential.token(), identity.nonces(), now);
                        case BEARER -> signatures.verify(request, now);
                    };
            if (!proof.key().equals(bound.get())) {
                throw new ProofRefused(
                        ProofRefused.Reason.WRONG, "The proof is of another key than the access token is bound to.");
            }
            return Optional.of(proof);
        } catch (ProofRefused e) {
            throw refused(credential.scheme(), e);
        }
    }

    private static AccessRefused refused(Scheme scheme, ProofRefused e) {
        var reason =
                switch (e.reason()) {
                    case MISSING -> Reason.NOT_PROVEN;
                    case WRONG, USED -> scheme == Scheme.DPOP ? Reason.BAD_PROOF : Reason.BAD_REQUEST_SIGNATURE;
                    case NEEDS_NONCE -> Reason.NEEDS_NONCE;
                    case NOT_NOW -> Reason.PROOF_NOT_CHECKED;
                };
        return new AccessRefused(reason, e.getMessage());
    }

    private CompletionStage<Admitted> once(Scheme scheme, Admitted admitted, Proof proof, Instant now) {
        return used.claim(proof, now).thenApply(claim -> {
            if (claim != UsedProofs.Claim.FRESH) {
                throw counted(refused(scheme, claim.refusal()));
            }
            metrics.counter("tallystick.access.proofs", "kind", scheme == Scheme.DPOP ? "dpop" : "signature")
                    .increment();
            return admitted;
        });
    }

    private AccessRefused counted(AccessRefused e) {
        metrics.counter(
                        "tallystick.access.refusals",
                        "reason",
                        e.reason().name().toLowerCase(Locale.ROOT))
                .increment();
        return e;
    }

    @Produces
    @Singleton
    static IdentityView identity(AccessConfig config) {
        return new IdentityView(
                config.eventKey(),
                bounded("max-silence", config.maxSilence()),
                bounded("max-lag", config.maxLag()),
                bounded("clock-skew", config.clockSkew()));
    }

    @Produces
    @Singleton
    static DpopProofs proofs(AccessConfig config, ProofConfig proofs) {
        return new DpopProofs(new ProofKeys(), origins(proofs), config.clockSkew());
    }

    @Produces
    @Singleton
    static HttpSignatures signatures(AccessConfig config, ProofConfig proofs) {
        return new HttpSignatures(new ProofKeys(), origins(proofs), config.clockSkew());
    }

    private static Origins origins(ProofConfig proofs) {
        return new Origins(proofs.origins().orElse(List.of()));
    }

    /** For services whose instances need not know of each other's. */
    @Produces
    @Singleton
    @DefaultBean
    static UsedProofs used(AccessConfig config, ProofConfig proofs, MeterRegistry metrics) {
        var used = new MemoryUsedProofs(
                DpopProofs.MAX_AGE.plus(config.clockSkew().multipliedBy(2)), proofs.maxRemembered());
        Gauge.builder("tallystick.access.proofs.remembered", used, MemoryUsedProofs::size)
                .description("Proofs of a key that this instance remembers")
                .register(metrics);
        return used;
    }

    private static Duration bounded(String name, Duration value) {
        if (value.isNegative() || value.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("tallystick.access." + name + " must be between 0 and 60 s: " + value);
        }
        return value;
    }
}
