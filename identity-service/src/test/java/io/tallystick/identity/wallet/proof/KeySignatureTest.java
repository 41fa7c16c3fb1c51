package io.tallystick.identity.wallet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The signatures were made by viem 2.48 with the private key 1. */
class KeySignatureTest {
    private static final BigInteger ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    private static final String OF_TEXT = "117357f98e27a98683709269ac098b131a3abf35f9736af28c16b08c5fa090be"
            + "2586a0f5801c799c8fe0066b7aefa1a240683196b05dde73a5141a968c41e6df1b";
    private static final String OF_TYPED_DATA = "065bd21415bb7eb72454e2b3311066e8be76539a1dc429bbf972922ce6fc5b13"
            + "26d4b5057d6ebe7773978bd39db3eb8198ecaf315f423c20a0473a68a80e78a71c";

    private final SignerRecovery recovery = new SignerRecovery();

    private Optional<String> signer(byte[] digest, String signature) {
        return KeySignature.read(HexFormat.of().parseHex(signature)).flatMap(read -> recovery.recover(digest, read));
    }

    @Test
    void viemsSignaturesAreTheAccounts() {
        assertThat(signer(PersonalMessage.digest(SignInParserTest.FULL), OF_TEXT))
                .contains(SignInParserTest.ADDRESS);
        var data = new TypedLink(
                new Account(84532, SignInParserTest.ADDRESS),
                SignInParserTest.DID,
                new Place(URI.create("http://identity.test"), "acme").tenantUrl(),
                "http://identity.test",
                "0123456789abcdef0123456789abcdef",
                Instant.parse("2026-01-01T00:00:00.123Z"),
                Instant.parse("2026-01-01T00:05:00.123Z"));
        assertThat(signer(data.digest(), OF_TYPED_DATA)).contains(SignInParserTest.ADDRESS);
    }

    @Test
    void vIs27Or28Or0Or1() {
        var digest = PersonalMessage.digest(SignInParserTest.FULL);
        var rs = OF_TEXT.substring(0, 128);

        assertThat(signer(digest, rs + "00")).contains(SignInParserTest.ADDRESS);
        assertThat(signer(digest, rs + "1c").filter(SignInParserTest.ADDRESS::equals))
                .isEmpty();
        for (var v : new String[] {"02", "1a", "1d", "25", "26", "ff", "80"}) {
            assertThat(KeySignature.read(HexFormat.of().parseHex(rs + v))).as(v).isEmpty();
        }
    }

    @Test
    void aTamperedStatementIsAnotherSigners() {
        var tampered = SignInParserTest.FULL.replace("I link.", "I link and pay.");

        assertThat(signer(PersonalMessage.digest(tampered), OF_TEXT).filter(SignInParserTest.ADDRESS::equals))
                .isEmpty();
    }

    @Test
    void malleableSIsRefused() {
        var r = OF_TEXT.substring(0, 64);
        var s = new BigInteger(OF_TEXT.substring(64, 128), 16);
        var high = "%064x".formatted(ORDER.subtract(s));

        assertThat(KeySignature.read(HexFormat.of().parseHex(r + high + "1c"))).isEmpty();
        assertThat(KeySignature.read(HexFormat.of().parseHex(r + high + "1b"))).isEmpty();
    }

    @Test
    void rOrSOfZeroOrOutOfRangeIsRefused() {
        var r = OF_TEXT.substring(0, 64);
        var s = OF_TEXT.substring(64, 128);
        var zero = "0".repeat(64);
        var order = ORDER.toString(16);

        for (var wrong : new String[] {zero + s, r + zero, zero + zero, order + s, r + order, "f".repeat(64) + s}) {
            for (var v : new String[] {"1b", "1c", "00"}) {
                assertThat(KeySignature.read(HexFormat.of().parseHex(wrong + v)))
                        .isEmpty();
            }
        }
        assertThat(KeySignature.read(HexFormat.of().parseHex(r + s))).isEmpty();
        assertThat(KeySignature.read(new byte[66])).isEmpty();
        assertThat(KeySignature.read(new byte[0])).isEmpty();
    }

    @Test
    void anRThatIsNoPointIsNobodys() {
        // No point of the curve has 5 as its x.
        var digest = PersonalMessage.digest("x");
        assertThat(signer(digest, "%064x".formatted(5) + "%064x".formatted(1) + "1b"))
                .isEmpty();
    }
}
