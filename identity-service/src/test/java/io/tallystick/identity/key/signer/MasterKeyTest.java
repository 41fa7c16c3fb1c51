package io.tallystick.identity.key.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterKeyTest {
    private static final byte[] SECRET = "a seed of thirty-two bytes......".getBytes(StandardCharsets.US_ASCII);

    private final SecureRandom random = new SecureRandom();
    private final MasterKey master = new MasterKey(bytes(1));
    private final byte[] sealed = master.seal(SECRET, "k1", "access_token", random);

    @Test
    void opensWhatItSealed() {
        assertThat(master.open(sealed, "k1", "access_token")).isEqualTo(SECRET);
        assertThat(master.seal(SECRET, "k1", "access_token", random)).isNotEqualTo(sealed);
    }

    @Test
    void aKeyMovedToAnotherRowOrAnotherUseDoesNotOpen() {
        assertThatThrownBy(() -> master.open(sealed, "k2", "access_token")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> master.open(sealed, "k1", "receipt")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anotherMasterKeyOrAChangedByteDoesNotOpen() {
        assertThatThrownBy(() -> new MasterKey(bytes(2)).open(sealed, "k1", "access_token"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("k1");
        var changed = sealed.clone();
        changed[20] ^= 1;
        assertThatThrownBy(() -> master.open(changed, "k1", "access_token")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSecretFileIsOneLineOf32Bytes(@TempDir Path folder) throws IOException {
        var file = folder.resolve("secret");
        Files.writeString(file, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n");
        assertThat(SecretFile.read(file, "x.file")).hasSize(32);

        Files.writeString(file, "AAEC\n");
        assertThatThrownBy(() -> SecretFile.read(file, "x.file")).hasMessageContaining("32 bytes");

        assertThatThrownBy(() -> SecretFile.read(folder.resolve("none"), "x.file"))
                .hasMessageContaining("x.file")
                .hasMessageContaining("basenc");
    }

    private static byte[] bytes(int first) {
        var bytes = new byte[32];
        bytes[0] = (byte) first;
        return bytes;
    }
}
