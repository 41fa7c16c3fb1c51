package io.tallystick.metering.gateway.caller;

import static java.util.Objects.requireNonNull;

import io.tallystick.kit.access.apikey.UsedKey;
import java.time.Instant;
import java.util.Optional;

/** Who a call is charged to. */
public sealed interface Buyer {

    /** Nobody that is known: the request itself pays, or is told how. */
    enum Stranger implements Buyer {
        UNKNOWN
    }

    /**
     * Somebody with an account at billing.
     *
     * @param did whose money it is
     * @param agent who spends it under a grant, if not the DID itself
     * @param proof of a key, if the request came with one
     * @param apiKey the API key that the request came with, if it was one
     */
    record Known(String did, Optional<Agent> agent, Optional<Shown> proof, Optional<UsedKey> apiKey) implements Buyer {
        public Known {
            requireNonNull(did, "did");
            requireNonNull(agent, "agent");
            requireNonNull(proof, "proof");
            requireNonNull(apiKey, "apiKey");
        }
    }

    /**
     * Who spends for a client.
     *
     * @param key thumbprint of the key that it proved
     * @param grant the jti of the spend grant
     */
    record Agent(String did, String key, String grant) {
        public Agent {
            requireNonNull(did, "did");
            requireNonNull(key, "key");
            requireNonNull(grant, "grant");
        }
    }

    /** A proof of a key that was taken here, and is to buy one call only. */
    record Shown(String key, String id, Instant usableUntil) {
        public Shown {
            requireNonNull(key, "key");
            requireNonNull(id, "id");
            requireNonNull(usableUntil, "usableUntil");
        }
    }
}
