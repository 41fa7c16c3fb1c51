package io.tallystick.billing.payment;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.grant.Spender;
import java.util.Optional;

/**
 * Whom a call is charged to that comes without a payment: its gateway knows who calls.
 *
 * @param did whose money it is
 * @param spender who spends it under a grant; none where the DID calls itself
 * @param proof of a key, if the call came with one
 */
public record KnownCaller(String did, Optional<Spender> spender, Optional<ShownProof> proof) {
    public KnownCaller {
        requireNonNull(did, "did");
        requireNonNull(spender, "spender");
        requireNonNull(proof, "proof");
    }
}
