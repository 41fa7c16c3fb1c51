package io.tallystick.billing.chain;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Whose key sends transactions and authorizes claims. */
@ConfigMapping(prefix = "tallystick.settlement")
public interface SignerConfig {

    /**
     * File with a secp256k1 private key, {@code 0x} and 64 hexadecimal digits on one line. Without one the service reads
     * the chain and never writes to it.
     */
    Optional<Path> signerKeyFile();
}
