package io.tallystick.identity.key.signer;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/** Where private keys are made and kept. */
@ConfigMapping(prefix = "tallystick.identity")
public interface SignerConfig {

    /** Who makes new keys: {@code local} or {@code vault}. Keys made before are asked of who made them. */
    @WithDefault("local")
    Holder signer();

    /** File with the AES-256 key (base64url, one line) that private keys are encrypted with in the database. */
    Optional<Path> masterKeyFile();

    /** The same key as a value, such as from an environment variable. Exactly one of the two is set. */
    Optional<String> masterKey();

    VaultConfig vault();

    /** A HashiCorp Vault or an OpenBao with the transit engine. */
    interface VaultConfig {

        /** Such as {@code https://vault.example:8200}. Plain HTTP is for this machine only, such as for a Vault agent. */
        Optional<URI> address();

        /** Where the transit engine is mounted. */
        @WithDefault("transit")
        @Pattern(regexp = "[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+){0,7}")
        String mount();

        /** What the names of our keys begin with. */
        @WithDefault("tallystick")
        @Pattern(regexp = "[a-z0-9-]{1,40}") String keyPrefix();

        Optional<@Pattern(regexp = "[A-Za-z0-9_/-]{1,256}") String> namespace();

        /** File with a token, read again when it changes. This or {@link #kubernetesRole()}. */
        Optional<Path> tokenFile();

        /** Role of Kubernetes authentication. */
        Optional<String> kubernetesRole();

        @WithDefault("kubernetes")
        @Pattern(regexp = "[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+){0,7}")
        String kubernetesMount();

        /** The service account's token. */
        @WithDefault("/var/run/secrets/kubernetes.io/serviceaccount/token")
        Path kubernetesTokenFile();

        /** Certificates (PEM) of the authorities that are trusted instead of the usual ones. */
        Optional<Path> certificateFile();

        /** For one request; 100 ms to 30 s. */
        @WithDefault("2s")
        Duration timeout();

        /** How often a request is sent at most that brought no answer, or one that may pass. */
        @WithDefault("3")
        @Min(1) @Max(5) int attempts();

        /** Requests under way. */
        @WithDefault("16")
        @Min(1) @Max(256) int maxRequests();

        /** Requests that wait for their turn. */
        @WithDefault("256")
        @Min(0) @Max(10_000) int maxWaiting();
    }

    /** @throws IllegalStateException unless exactly one place has it, and it is one */
    default MasterKey openMasterKey() {
        if (masterKeyFile().isPresent() == masterKey().isPresent()) {
            throw new IllegalStateException("set exactly one of tallystick.identity.master-key-file and "
                    + "tallystick.identity.master-key; make a key with: "
                    + SecretFile.HOW_TO_MAKE_ONE);
        }
        return new MasterKey(masterKeyFile()
                .map(file -> SecretFile.read(file, "tallystick.identity.master-key-file"))
                .orElseGet(() -> decoded(masterKey().orElseThrow())));
    }

    private static byte[] decoded(String value) {
        try {
            var key = Base64.getUrlDecoder().decode(value.strip());
            if (key.length == SecretFile.BYTES) {
                return key;
            }
        } catch (IllegalArgumentException _) {
            // What was read stays out of the message, and so does the decoder's, which quotes it.
        }
        throw new IllegalStateException("tallystick.identity.master-key must be 32 bytes of base64url; make one with: "
                + SecretFile.HOW_TO_MAKE_ONE);
    }
}
