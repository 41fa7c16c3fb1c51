package io.tallystick.kit.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Base58 as others write it. */
class Base58Test {

    /** The examples of the internet draft "The Base58 Encoding Scheme", and the shortest. */
    @Test
    void writesWhatTheDraftWrites() {
        assertThat(encode("Hello World!")).isEqualTo("2NEpo7TZRRrLZSi2U");
        assertThat(encode("The quick brown fox jumps over the lazy dog."))
                .isEqualTo("USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z");
        assertThat(Base58.encode(HexFormat.of().parseHex("0000287fb4cd"))).isEqualTo("11233QC4");
    }

    @ParameterizedTest
    @CsvSource({"00, 1", "0000, 11", "01, 2", "39, z", "3a, 21", "0001, 12"})
    void writesZerosAndOnes(String hex, String text) {
        assertThat(Base58.encode(HexFormat.of().parseHex(hex))).isEqualTo(text);
        assertThat(Base58.decode(text)).isEqualTo(HexFormat.of().parseHex(hex));
    }

    @Test
    void readsWhatItWrote() {
        var random = new Random(20260603);
        for (int i = 0; i < 5_000; i++) {
            var bytes = new byte[1 + random.nextInt(80)];
            random.nextBytes(bytes);
            for (int zeros = random.nextInt(4); zeros > 0; zeros--) {
                bytes[random.nextInt(bytes.length)] = 0;
                bytes[0] = 0;
            }
            assertThat(Base58.decode(Base58.encode(bytes))).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "O", "I", "l", "a b", "zzzzzzzzzz0", "é"})
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Base58.decode(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String encode(String text) {
        return Base58.encode(text.getBytes(StandardCharsets.UTF_8));
    }
}
