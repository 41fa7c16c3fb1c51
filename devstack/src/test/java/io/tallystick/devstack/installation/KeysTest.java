package io.tallystick.devstack.installation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysTest {

    @TempDir
    Path folder;

    /** The first vector of the did:key method's own test suite. */
    @Test
    void didOfTheZeroSeedIsTheMethodsExample() {
        assertThat(new Ed25519Key(new byte[32], folder).did())
                .isEqualTo("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp");
    }

    /** The first account of anvil and every other local chain. */
    @Test
    void addressOfTheWellKnownKeyIsTheWellKnownOne() {
        var secret = HexFormat.of().parseHex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

        assertThat(new EthereumKey(secret, folder).address()).isEqualTo("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266");
    }

    @Test
    void liesInFilesThatOnlyTheirOwnerReads() throws Exception {
        var keys = Keys.generate(folder.resolve("keys"), new SecureRandom());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("keys"))))
                .isEqualTo("rwx------");
        try (var files = Files.list(folder.resolve("keys"))) {
            assertThat(files).hasSize(6).allSatisfy(file -> assertThat(
                            PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------"));
        }
        assertThat(Base64.getUrlDecoder().decode(Files.readString(keys.master()).strip()))
                .hasSize(32);
        assertThat(Files.readString(keys.settlement().file())).matches("0x[0-9a-f]{64}\n");
        assertThat(keys.operator().did()).isNotEqualTo(keys.gateway().did());
    }
}
