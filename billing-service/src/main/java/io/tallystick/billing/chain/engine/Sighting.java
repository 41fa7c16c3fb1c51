package io.tallystick.billing.chain.engine;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.chain.Fees;
import io.tallystick.billing.chain.Inclusion;
import java.util.Optional;

/**
 * What one look at the chain said about one transaction.
 *
 * <p>The counts are read before the receipt. The other way round, an attempt that is mined in between would look like a
 * stranger's use of the nonce.
 *
 * @param finalBlock the newest block that counts as final
 * @param usedNonces the signer's transactions up to the newest block: each lower nonce is used
 * @param finallyUsedNonces the same up to {@code finalBlock}
 * @param inclusion where one of the attempts is in the chain, if any is
 * @param offer the fees that would be offered now
 */
public record Sighting(
        long finalBlock, long usedNonces, long finallyUsedNonces, Optional<Inclusion> inclusion, Fees offer) {
    public Sighting {
        requireNonNull(inclusion, "inclusion");
        requireNonNull(offer, "offer");
    }
}
