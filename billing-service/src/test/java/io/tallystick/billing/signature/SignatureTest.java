package io.tallystick.billing.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.curve.Signatures;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A signature that this service takes is one that the contract takes, and no other. */
class SignatureTest {
    private static final JsonNode FILE = Vectors.read("signatures.json");
    private static final String HALF_ORDER = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
    private static final String ABOVE_HALF = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1";
    private static final String ORDER = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    private static final String ONE = "0".repeat(63) + "1";

    static Stream<JsonNode> vectors() {
        return Vectors.list(FILE.get("vectors")).stream();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void acceptsWhatTheContractAccepts(JsonNode vector) {
        var digest = new Bytes32(FILE.get("digest").asText());
        var signer = Address.of(FILE.get("signer").asText());
        for (var secp256k1 : Signatures.all()) {
            var accepted = Signature.parse(vector.get("signature").asText())
                    .flatMap(signature -> secp256k1.recover(digest, signature))
                    .filter(signer::equals)
                    .isPresent();

            assertThat(accepted)
                    .as(vector.get("name").asText())
                    .isEqualTo(vector.get("accepted").asBoolean());
        }
    }

    @Test
    void takesSUpToHalfTheOrderAndNotOneMore() {
        assertThat(Signature.parse("0x" + ONE + HALF_ORDER + "1b")).isPresent();
        assertThat(Signature.parse("0x" + ONE + ABOVE_HALF + "1b")).isEmpty();
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThat(Signature.parse("0x" + "0".repeat(64) + ONE + "1b")).isEmpty();
        assertThat(Signature.parse("0x" + ORDER + ONE + "1b")).isEmpty();
        assertThat(Signature.parse("0x" + ONE + "0".repeat(64) + "1b")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0x", "1b", "0xzz"})
    void refusesWhatIsNotSixtyFiveBytes(String text) {
        assertThat(Signature.parse(text)).isEmpty();
    }

    @Test
    void readsWhatItWrote() {
        var text = "0x" + ONE + HALF_ORDER + "1c";

        assertThat(Signature.parse(text).orElseThrow().hex()).isEqualTo(text);
    }

    @Test
    void aKeyKeepsItselfToItself() {
        assertThat(PrivateKey.parse("0x" + ONE)).hasToString("PrivateKey[…]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrivateKey.parse("0x" + ORDER))
                .withMessageNotContaining(ORDER);
    }
}
