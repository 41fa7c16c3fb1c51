package io.tallystick.billing.chain.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.billing.chain.Attempt;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Fees;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.PrivateKey;
import io.tallystick.billing.signature.Vectors;
import io.tallystick.billing.signature.curve.Signatures;
import java.math.BigInteger;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes that are sent are those that viem would send. */
class RawTransactionsTest {
    private static final JsonNode FILE = Vectors.read("transactions.json");

    static Stream<JsonNode> vectors() {
        return Vectors.list(FILE.get("vectors")).stream()
                .filter(vector -> text(vector.get("transaction"), "value").equals("0"));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void signsAsViemDoes(JsonNode vector) {
        var attempt =
                sign(vector.get("transaction"), text(vector, "privateKey"), text(vector.get("transaction"), "data"));

        assertThat(attempt.raw()).isEqualTo(text(vector, "raw"));
        assertThat(attempt.hash().hex()).isEqualTo(text(vector, "hash"));
    }

    @Test
    void signsALongCallAsViemDoes() {
        var vector = FILE.get("long");
        var data = vector.get("data");
        var key = text(FILE.get("vectors").get(0), "privateKey");

        var attempt = sign(
                vector, key, "0x" + text(data, "byte").repeat(data.get("times").asInt()));

        assertThat(attempt.hash().hex()).isEqualTo(text(vector, "hash"));
    }

    private static Attempt sign(JsonNode transaction, String key, String data) {
        var fees = new Fees(
                new BigInteger(text(transaction, "maxFeePerGas")),
                new BigInteger(text(transaction, "maxPriorityFeePerGas")));
        return new RawTransactions(transaction.get("chainId").asLong(), PrivateKey.parse(key), Signatures.fastest())
                .sign(
                        new Call(Address.of(text(transaction, "to")), data),
                        transaction.get("nonce").asLong(),
                        fees,
                        transaction.get("gas").asLong(),
                        Instant.EPOCH);
    }

    private static String text(JsonNode node, String field) {
        return node.get(field).asText();
    }
}
