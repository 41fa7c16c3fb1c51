package io.tallystick.identity.did.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.identity.did.Did;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a DID leads, and all the ways in which it may not say so. */
class PlaceTest {
    private static final String SCID = "QmaX42wLcBKmKR2vD6rqdNBdUyAH3f8puaZ6SHSqfVpTS4";

    @ParameterizedTest
    @CsvSource({
        "a.example, a.example, 443, /.well-known/",
        "a.example%3A8443, a.example, 8443, /.well-known/",
        "a.example:dids:one, a.example, 443, /dids/one/",
        "xn--bcher-kva.example:a_b, xn--bcher-kva.example, 443, /a_b/"
    })
    void isWhereTheDidSays(String rest, String host, int port, String folder) {
        var place = new Place(host, port, folder);

        assertThat(Place.of(Did.parse("did:web:" + rest))).isEqualTo(place);
        assertThat(Place.of(Did.parse("did:webvh:" + SCID + ":" + rest))).isEqualTo(place);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Climbing, and what becomes climbing when it is decoded.
                "a.example:..:secret",
                "a.example:.:secret",
                "a.example:%2e%2e",
                "a.example:%2E%2E",
                "a.example%2fsecret",
                "a.example%2Fsecret",
                "a.example:a%5Cb",
                "a.example:a%00b",
                "a.example/secret",
                "a.example\\secret",
                // Another host than one reads.
                "user@b.example",
                "user%40b.example",
                "a.example%40b.example",
                "a.example#b.example",
                "a.example?b.example",
                "a.example%23b",
                "a.example%3A443@b.example",
                "bücher.example",
                "a。example",
                "a.ex\u0430mple",
                "a%E3%80%82example",
                // Ports.
                "a.example%3a443",
                "a.example%3A0",
                "a.example%3A00443",
                "a.example%3A65536",
                "a.example%3A443%3A80",
                "a.example%3A",
                "a.example%3A+443",
                "a.example%253A443",
                // Addresses, in the spellings that readers of URLs know.
                "127.0.0.1",
                "127.1",
                "0x7f.0x0.0x0.0x1",
                "2130706433",
                "017700000001",
                "169.254.169.254",
                "1.2.3.4%3A443",
                "%5B%3A%3A1%5D",
                "[::1]",
                // No names.
                "localhost",
                "a",
                "",
                ".",
                "a..example",
                ".a.example",
                "a.example.",
                "-a.example",
                "a-.example",
                "a_b.example",
                "A.example",
                "a.example::one",
                "a.example:",
                "a.example:one:"
            })
    void isNoneForATrick(String rest) {
        assertThatIllegalArgumentException().isThrownBy(() -> Place.of(Did.parse("did:web:" + rest)));
        assertThatIllegalArgumentException().isThrownBy(() -> Place.of(Did.parse("did:webvh:" + SCID + ":" + rest)));
    }

    @Test
    void isNoneForWhatIsTooLong() {
        var label = "a".repeat(64);

        assertThatIllegalArgumentException().isThrownBy(() -> Place.of(Did.parse("did:web:" + label + ".example")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Place.of(Did.parse("did:web:" + "abcdef.".repeat(36) + "example")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Place.of(Did.parse("did:web:a.example:" + "a".repeat(1024))));
    }
}
