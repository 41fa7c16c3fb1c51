package io.tallystick.identity.access;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.access.TokenRefused.Code;
import io.tallystick.kit.access.proof.DpopProofs;
import io.tallystick.kit.access.proof.NonceSeries;
import io.tallystick.kit.access.proof.Presented;
import io.tallystick.kit.access.proof.Proof;
import io.tallystick.kit.access.proof.ProofRefused;
import io.tallystick.kit.access.proof.UsedProofs;
import io.tallystick.kit.access.proof.UsedProofs.Claim;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;

/** Proofs (DPoP, RFC 9449) that come with a request for an access token: it is bound to the key that they prove. */
@ApplicationScoped
class TokenProofs {
    private final DpopProofs proofs;
    private final UsedProofs used;
    private final NonceSeries nonces;

    TokenProofs(DpopProofs proofs, UsedProofs used, NonceSeries nonces) {
        this.proofs = proofs;
        this.used = used;
        this.nonces = nonces;
    }

    /** @return empty if none came. @throws TokenRefused if one came and is none */
    Optional<Proof> read(HttpServerRequest request, Instant now) {
        if (!request.headers().contains(DpopProofs.HEADER)) {
            return Optional.empty();
        }
        try {
            return Optional.of(proofs.verify(Presented.of(request), nonces.at(now), now));
        } catch (ProofRefused e) {
            throw refused(e);
        }
    }

    /** Takes the proof. Fails with {@link TokenRefused} if it was taken before. */
    Uni<Void> once(Proof proof, Instant now) {
        return Uni.createFrom().completionStage(() -> used.claim(proof, now)).map(claim -> {
            if (claim != Claim.FRESH) {
                throw refused(claim.refusal());
            }
            return null;
        });
    }

    /** The nonce to give out. */
    String nonce(Instant now) {
        return nonces.at(now).given().orElseThrow();
    }

    private static TokenRefused refused(ProofRefused e) {
        var code =
                switch (e.reason()) {
                    case MISSING, WRONG, USED -> Code.INVALID_DPOP_PROOF;
                    case NEEDS_NONCE -> Code.USE_DPOP_NONCE;
                    case NOT_NOW -> Code.TEMPORARILY_UNAVAILABLE;
                };
        return new TokenRefused(code, e.getMessage());
    }
}
