package io.tallystick.billing.signature.curve;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Hex;
import io.tallystick.billing.signature.PrivateKey;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.signature.Signature;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The native library and the Java fallback cannot be told apart by their answers. */
class Secp256k1Test {
    private static final int INPUTS = 3_000;
    private final Secp256k1 fast = new NativeSecp256k1();
    private final Secp256k1 slow = new Signatures.InJava();

    @Test
    void signAlikeAndRecoverTheSigner() {
        var random = new Random(20_261_122);
        for (int i = 0; i < INPUTS; i++) {
            var key = key(random);
            var digest = bytes32(random);

            var signature = fast.sign(digest, key);

            assertThat(slow.sign(digest, key)).isEqualTo(signature);
            assertThat(slow.address(key)).isEqualTo(fast.address(key));
            assertThat(fast.recover(digest, signature)).contains(fast.address(key));
            assertThat(slow.recover(digest, signature)).contains(fast.address(key));
        }
    }

    @Test
    void answerAlikeToSignaturesThatNobodyMade() {
        var random = new Random(7);
        int unrecoverable = 0;
        for (int i = 0; i < INPUTS; i++) {
            var signature = signature(random);
            var digest = bytes32(random);

            var answer = fast.recover(digest, signature);

            assertThat(slow.recover(digest, signature)).as("input %d", i).isEqualTo(answer);
            unrecoverable += answer.isEmpty() ? 1 : 0;
        }
        // Half of all numbers are no x of a point on the curve: both answers were seen.
        assertThat(unrecoverable).isBetween(INPUTS / 3, 2 * INPUTS / 3);
    }

    @Test
    void theChoiceAtStartFallsOnTheLibraryWhereItLoads() {
        assertThat(Signatures.fastest().name()).isEqualTo("libsecp256k1");
    }

    private static Signature signature(Random random) {
        while (true) {
            var bytes = new byte[65];
            random.nextBytes(bytes);
            bytes[64] = (byte) (27 + random.nextInt(2));
            var parsed = Signature.parse(Hex.encode(bytes));
            if (parsed.isPresent()) {
                return parsed.get();
            }
        }
    }

    private static PrivateKey key(Random random) {
        var secret = bytes32(random).bytes();
        // Clears the top bit, so that every draw is a key.
        secret[0] &= 0x7f;
        return PrivateKey.parse(Hex.encode(Arrays.copyOf(secret, 32)));
    }

    private static Bytes32 bytes32(Random random) {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        return Bytes32.of(bytes);
    }
}
