package io.tallystick.billing.chain;

import io.quarkus.logging.Log;
import io.tallystick.billing.chain.engine.RawTransactions;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Checksum;
import io.tallystick.billing.signature.PrivateKey;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.signature.Signature;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The key that sends transactions and, as receiverAuthorizer of the channels, signs claims and refunds. */
@ApplicationScoped
public class ChainSigner {
    private final Secp256k1 secp256k1;
    private final Optional<PrivateKey> key;
    private final Optional<RawTransactions> transactions;

    ChainSigner(Secp256k1 secp256k1, SignerConfig signer, ChainConfig chain) {
        this.secp256k1 = secp256k1;
        this.key = signer.signerKeyFile().map(ChainSigner::read);
        this.transactions = key.map(secret -> new RawTransactions(chain.id(), secret, secp256k1));
        address()
                .ifPresentOrElse(
                        address -> Log.infof("transactions are signed, signer=%s", Checksum.of(address)),
                        () -> Log.warn(
                                "nothing is sent to the chain, tallystick.settlement.signer-key-file is not set"));
    }

    /** The signer's account; empty where the installation never writes to the chain. */
    public Optional<Address> address() {
        return key.map(secp256k1::address);
    }

    /** @throws IllegalStateException without a key */
    public Signature sign(Bytes32 digest) {
        return secp256k1.sign(digest, key.orElseThrow(() -> new IllegalStateException("no signer is configured")));
    }

    /** What signs transactions; empty as {@link #address} is. */
    public Optional<RawTransactions> transactions() {
        return transactions;
    }

    private static PrivateKey read(Path file) {
        try {
            return PrivateKey.parse(Files.readString(file).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("tallystick.settlement.signer-key-file cannot be read: " + file, e);
        }
    }
}
