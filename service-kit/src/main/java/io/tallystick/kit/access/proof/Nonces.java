package io.tallystick.kit.access.proof;

import java.util.List;
import java.util.Optional;

/**
 * What a proof may name now to show that it was not made long ago. Identity-service says them in its heartbeats, so they
 * are the same in every service and instance, and nobody knows one before its time.
 *
 * @param accepted the newest first; empty while identity-service is of a version that names none
 */
public record Nonces(List<String> accepted) {
    public Nonces {
        accepted = List.copyOf(accepted);
    }

    /**
     * The one to give out: not the newest, which another service may not have heard of yet.
     *
     * @return empty if there are none
     */
    public Optional<String> given() {
        return accepted.stream().skip(accepted.size() > 1 ? 1 : 0).findFirst();
    }

    /** @throws ProofRefused unless {@code nonce} is good now; empty means that the proof names none */
    void require(String nonce) {
        if (accepted.isEmpty()) {
            throw new ProofRefused(
                    ProofRefused.Reason.NOT_NOW,
                    "No proof can be told to be fresh until identity-service names nonces.");
        }
        if (!accepted.contains(nonce)) {
            throw new ProofRefused(
                    ProofRefused.Reason.NEEDS_NONCE, "Sign a proof with the nonce of this answer's DPoP-Nonce.");
        }
    }
}
