package io.tallystick.identity.did.ethr;

import io.tallystick.identity.did.ethr.registry.Account;
import java.net.URI;

/**
 * A chain with a registry, and the node that is asked about it.
 *
 * @param name as the operator calls it
 * @param node never said to anyone: its path may be a secret
 */
record Network(String name, long chainId, Account registry, URI node) {

    Network {
        if (chainId < 1) {
            throw new IllegalArgumentException("a chain's id is above zero");
        }
    }
}
