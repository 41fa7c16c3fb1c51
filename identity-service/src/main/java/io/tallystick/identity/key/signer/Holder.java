package io.tallystick.identity.key.signer;

import java.util.Locale;

/** Who has a key's private half. */
public enum Holder {
    /** The database, sealed with the master key. */
    LOCAL,
    /** A Vault, which never gives it away. */
    VAULT;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
