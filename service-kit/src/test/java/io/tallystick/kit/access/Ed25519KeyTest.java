package io.tallystick.kit.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Ed25519KeyTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    // RFC 8032, section 7.1, test 2.
    private static final byte[] SEED = HEX.parseHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    private static final byte[] PUBLIC =
            HEX.parseHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    private static final byte[] MESSAGE = {0x72};
    private static final byte[] SIGNATURE =
            HEX.parseHex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                    + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

    private final Ed25519Key key = Ed25519Key.of(PUBLIC);

    @Test
    void agreesWithTheRfc() {
        assertThat(new Ed25519Signer(SEED).publicKey()).isEqualTo(key);
        assertThat(new Ed25519Signer(SEED).sign(MESSAGE)).isEqualTo(SIGNATURE);
        key.verify(MESSAGE, SIGNATURE);
    }

    @Test
    void refusesAMalleableSignature() {
        // The same R with S + L: the same point, another text.
        var s = new BigInteger(1, reversed(Arrays.copyOfRange(SIGNATURE, 32, 64))).add(ORDER);
        var malleable = Arrays.copyOf(SIGNATURE, 64);
        var bytes = reversed(s.toByteArray());
        System.arraycopy(Arrays.copyOf(bytes, 32), 0, malleable, 32, 32);

        assertThatThrownBy(() -> key.verify(MESSAGE, malleable)).isInstanceOf(CompactJws.Invalid.class);
    }

    @Test
    void refusesASignatureOfZeros() {
        assertThatThrownBy(() -> key.verify(MESSAGE, new byte[64])).isInstanceOf(CompactJws.Invalid.class);
        assertThatThrownBy(() -> key.verify(MESSAGE, new byte[0])).isInstanceOf(CompactJws.Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // The neutral point and a point of order eight: keys that would accept a made-up signature.
                "0100000000000000000000000000000000000000000000000000000000000000",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                // y = 1 spelled as p + 1.
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
            })
    void refusesAKeyOfSmallOrderOrSecondSpelling(String hex) {
        assertThatThrownBy(() -> Ed25519Key.of(HEX.parseHex(hex))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsAndWritesADidKey() {
        // The example of the did:key method specification.
        var did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

        assertThat(Ed25519Key.ofDidKey(did).didKey()).isEqualTo(did);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc", // X25519
                "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do", // one character short
                "did:key:z0MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", // no base58 character
                "did:key:u7QEuLmyR8s0",
                "did:web:example.com"
            })
    void refusesWhatIsNoEd25519DidKey(String did) {
        assertThatThrownBy(() -> Ed25519Key.ofDidKey(did)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void neverShowsThePrivateKey() {
        assertThat(new Ed25519Signer(SEED).toString())
                .doesNotContain(HEX.formatHex(SEED))
                .contains("did:key:");
    }

    private static byte[] reversed(byte[] bytes) {
        var reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }
}
