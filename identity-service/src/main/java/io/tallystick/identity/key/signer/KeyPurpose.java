package io.tallystick.identity.key.signer;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a key signs. It signs nothing else: its purpose is sealed in with its private half, and part of its name in a Vault.
 */
public enum KeyPurpose {
    /** Access tokens: who calls is known to us. */
    ACCESS_TOKEN(16),
    /** What the installation says of others, such as credentials. */
    ASSERTION(128),
    /** Receipts. */
    RECEIPT(128),
    /** One entry of one issued DID's log. */
    DID_UPDATE(0);

    /** Purposes whose keys have a ring: they are published, take each other's place and end. */
    public static final List<KeyPurpose> ROTATING = List.of(ACCESS_TOKEN, ASSERTION, RECEIPT);

    private final int mostKeys;

    KeyPurpose(int mostKeys) {
        this.mostKeys = mostKeys;
    }

    /** As it stands in the database, in JSON and in the seal. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** More keys in a ring than this would mean that rotations never end. */
    public int mostKeys() {
        return mostKeys;
    }

    /** The rotating purpose of this label. */
    public static Optional<KeyPurpose> labelled(String label) {
        return ROTATING.stream()
                .filter(purpose -> purpose.label().equals(label))
                .findFirst();
    }
}
