package io.tallystick.kit.access.proof;

import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** Proofs that were taken. Kept as long as one could be taken again. */
public interface UsedProofs {

    /** What became of a claim. */
    enum Claim {
        /** The first of this key and id: go on. */
        FRESH,
        USED,
        /** There are too many to remember one more; who cannot remember does not take. */
        FULL;

        /** Why the proof is not taken. @throws IllegalStateException if it is */
        public ProofRefused refusal() {
            return switch (this) {
                case FRESH -> throw new IllegalStateException("a fresh proof is taken");
                case USED ->
                    new ProofRefused(ProofRefused.Reason.USED, "The proof was used before; sign one for each request.");
                case FULL ->
                    new ProofRefused(
                            ProofRefused.Reason.NOT_NOW, "No more proofs can be remembered for the moment; try again.");
            };
        }
    }

    /** Takes {@code proof}, if nobody did. Fails only if whether somebody did cannot be told. */
    CompletionStage<Claim> claim(Proof proof, Instant now);
}
