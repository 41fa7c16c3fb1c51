package io.tallystick.billing.signature;

import static io.tallystick.billing.signature.Vectors.list;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.curve.Signatures;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The digests made by hand are those that viem makes of the same data. */
class TypedDataTest {
    private static final JsonNode FILE = Vectors.read("typed-data.json");
    private static final List<String> NOT_USED_HERE = List.of("CancelAuthorization", "Permit");

    static Stream<JsonNode> vectors() {
        return list(FILE.get("vectors")).stream()
                .filter(vector -> !NOT_USED_HERE.contains(text(vector, "primaryType")));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void hashesAsViemDoes(JsonNode vector) {
        var domain = domain(vector.get("domain"));

        assertThat(domain.separator().hex()).isEqualTo(text(vector, "domainSeparator"));
        assertThat(digest(text(vector, "primaryType"), domain, vector.get("message")))
                .isEqualTo(text(vector, "digest"));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void signsAndRecoversAsViemDoes(JsonNode vector) {
        if (!vector.has("signer")) {
            return;
        }
        var digest = new Bytes32(text(vector, "digest"));
        var key = PrivateKey.parse(text(vector, "privateKey"));
        for (var secp256k1 : Signatures.all()) {
            assertThat(secp256k1.sign(digest, key).hex()).isEqualTo(text(vector, "signature"));
            var signature = Signature.parse(text(vector, "signature")).orElseThrow();
            assertThat(Checksum.of(secp256k1.recover(digest, signature).orElseThrow()))
                    .isEqualTo(text(vector, "signer"));
        }
    }

    @Test
    void tiesADepositToItsChannel() {
        var vector = FILE.get("depositNonce");
        var nonce = EscrowDigests.depositNonce(new ChannelId(text(vector, "channelId")), number(vector, "salt"));

        assertThat(nonce.hex()).isEqualTo(text(vector, "nonce"));
    }

    private static String digest(String type, Domain domain, JsonNode message) {
        var escrow = new EscrowDigests(domain);
        return switch (type) {
            case "ChannelConfig" -> escrow.channelId(config(message)).hex();
            case "Voucher" ->
                escrow.voucher(channel(message), number(message, "maxClaimableAmount"))
                        .hex();
            case "Refund" ->
                escrow.refund(channel(message), number(message, "nonce"), number(message, "amount"))
                        .hex();
            case "ClaimBatch" ->
                escrow.claimBatch(list(message.get("claims")).stream()
                                .map(TypedDataTest::entry)
                                .toList())
                        .hex();
            case "TransferWithAuthorization" ->
                TokenDigests.transfer(domain, authorization(message)).hex();
            case "ReceiveWithAuthorization" ->
                TokenDigests.receive(domain, authorization(message)).hex();
            default -> throw new AssertionError("no digest for " + type);
        };
    }

    static ChannelConfig config(JsonNode message) {
        return new ChannelConfig(
                address(message, "payer"),
                address(message, "payerAuthorizer"),
                address(message, "receiver"),
                address(message, "receiverAuthorizer"),
                address(message, "token"),
                message.get("withdrawDelay").asLong(),
                text(message, "salt"));
    }

    private static ClaimEntry entry(JsonNode claim) {
        return new ClaimEntry(channel(claim), number(claim, "maxClaimableAmount"), number(claim, "totalClaimed"));
    }

    private static TokenAuthorization authorization(JsonNode message) {
        return new TokenAuthorization(
                address(message, "from"),
                address(message, "to"),
                number(message, "value"),
                number(message, "validAfter"),
                number(message, "validBefore"),
                new Bytes32(text(message, "nonce")));
    }

    private static Domain domain(JsonNode domain) {
        return new Domain(
                text(domain, "name"),
                text(domain, "version"),
                domain.get("chainId").asLong(),
                address(domain, "verifyingContract"));
    }

    private static ChannelId channel(JsonNode node) {
        return new ChannelId(text(node, "channelId"));
    }

    private static Address address(JsonNode node, String field) {
        return Address.of(text(node, field));
    }

    private static BigInteger number(JsonNode node, String field) {
        return new BigInteger(text(node, field));
    }

    private static String text(JsonNode node, String field) {
        return node.get(field).asText();
    }
}
