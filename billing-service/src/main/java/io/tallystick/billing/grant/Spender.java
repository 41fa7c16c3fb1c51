package io.tallystick.billing.grant;

import static java.util.Objects.requireNonNull;

/**
 * Who spends for somebody else.
 *
 * @param agent its DID
 * @param key thumbprint of the key that it proved
 * @param grant the jti of the spend grant
 */
public record Spender(String agent, String key, String grant) {
    public Spender {
        requireNonNull(agent, "agent");
        requireNonNull(key, "key");
        requireNonNull(grant, "grant");
    }
}
