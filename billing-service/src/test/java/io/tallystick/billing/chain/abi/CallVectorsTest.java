package io.tallystick.billing.chain.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.billing.signature.Hex;
import io.tallystick.billing.signature.Signature;
import io.tallystick.billing.signature.TokenAuthorization;
import io.tallystick.billing.signature.Vectors;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The calls encoded by hand are those that viem encodes, and its answers are read. */
class CallVectorsTest {
    private static final JsonNode FILE = Vectors.read("calldata.json");

    static Stream<JsonNode> calls() {
        return Vectors.list(FILE.get("calls")).stream()
                .filter(call -> !List.of("getChannelId", "tryAggregate of two reads")
                        .contains(call.get("name").asText()));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void encodesAsViemDoes(JsonNode vector) {
        var to = Address.of(vector.get("to").asText());

        var call = encoded(vector.get("name").asText(), to, vector.get("args"));

        assertThat(call.to()).isEqualTo(to);
        assertThat(call.data()).isEqualTo(vector.get("data").asText());
    }

    private static Call encoded(String name, Address to, JsonNode args) {
        var escrow = new EscrowCalls(to);
        var token = new TokenCalls(to);
        return switch (name) {
            case "deposit" ->
                escrow.deposit(config(args.get(0)), number(args.get(1)), address(args.get(2)), bytes(args.get(3)));
            case "claim, no rows", "claim, one row", "claim, two rows" -> escrow.claim(rows(args.get(0)));
            case "claimWithSignature" -> escrow.claimWithSignature(rows(args.get(0)), signature(args.get(1)));
            case "settle" -> escrow.settle(address(args.get(0)), address(args.get(1)));
            case "refund" -> escrow.refund(config(args.get(0)), number(args.get(1)));
            case "refundWithSignature" ->
                escrow.refundWithSignature(
                        config(args.get(0)), number(args.get(1)), number(args.get(2)), signature(args.get(3)));
            case "initiateWithdraw" -> escrow.initiateWithdraw(config(args.get(0)), number(args.get(1)));
            case "finalizeWithdraw" -> escrow.finalizeWithdraw(config(args.get(0)));
            case "multicall: claim, then refund", "multicall, nothing" ->
                escrow.multicall(Vectors.list(args.get(0)).stream()
                        .map(data -> new Call(to, data.asText()))
                        .toList());
            case "channels" -> escrow.channels(channel(args.get(0)));
            case "pendingWithdrawals" -> escrow.pendingWithdrawals(channel(args.get(0)));
            case "refundNonce" -> escrow.refundNonce(channel(args.get(0)));
            case "receivers" -> escrow.receivers(address(args.get(0)), address(args.get(1)));
            case "transferWithAuthorization, v r s" ->
                token.transferWithAuthorization(
                        authorization(args),
                        new Signature(
                                bytes32(args.get(7)),
                                bytes32(args.get(8)),
                                args.get(6).asInt()));
            case "transferWithAuthorization, bytes" ->
                token.transferWithAuthorization(authorization(args), bytes(args.get(6)));
            case "authorizationState" -> token.authorizationState(address(args.get(0)), bytes32(args.get(1)));
            case "balanceOf" -> token.balanceOf(address(args.get(0)));
            case "transfer" -> token.transfer(address(args.get(0)), number(args.get(1)));
            case "mint" -> token.mint(address(args.get(0)), number(args.get(1)));
            default -> throw new AssertionError("no call for " + name);
        };
    }

    @Test
    void encodesACollectorsDataAsViemDoes() {
        var deposit = FILE.get("calls").get(0);
        var expected = deposit.get("args").get(3).asText();
        // The signature lies behind four words of head and one of length.
        var signature = expected.substring(2 + 5 * 64, 2 + 5 * 64 + 130);

        var made = TokenCalls.collectorData(
                BigInteger.ZERO,
                BigInteger.valueOf(1_900_000_000),
                BigInteger.valueOf(42),
                Hex.decode("0x" + signature));

        assertThat(Hex.encode(made)).isEqualTo(expected);
    }

    @Test
    void readsWordsOfAnAnswer() {
        var greatest = answer("channels, greatest");

        assertThat(new AbiReader(greatest, 2).uint(1, 128))
                .isEqualTo(BigInteger.TWO.pow(128).subtract(BigInteger.ONE));
        assertThat(new AbiReader(answer("pendingWithdrawals"), 2).uint(1, 40)).isEqualTo(1_790_000_000);
        assertThat(new AbiReader(answer("authorizationState"), 1).bool(0)).isTrue();
    }

    @Test
    void refusesAnAnswerOfAnotherShape() {
        var greatest = answer("channels, greatest");

        assertThatIllegalArgumentException().isThrownBy(() -> new AbiReader(greatest, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new AbiReader(greatest, 2).uint(0, 127));
        assertThatIllegalArgumentException().isThrownBy(() -> new AbiReader(new byte[0], 1));
    }

    private static byte[] answer(String name) {
        return Vectors.list(FILE.get("results")).stream()
                .filter(result -> result.get("name").asText().equals(name))
                .map(result -> bytes(result.get("data")))
                .findFirst()
                .orElseThrow();
    }

    private static List<ClaimRow> rows(JsonNode rows) {
        return Vectors.list(rows).stream()
                .map(row -> new ClaimRow(
                        config(row.get("voucher").get("channel")),
                        number(row.get("voucher").get("maxClaimableAmount")),
                        signature(row.get("signature")),
                        number(row.get("totalClaimed"))))
                .toList();
    }

    private static ChannelConfig config(JsonNode channel) {
        return new ChannelConfig(
                address(channel.get("payer")),
                address(channel.get("payerAuthorizer")),
                address(channel.get("receiver")),
                address(channel.get("receiverAuthorizer")),
                address(channel.get("token")),
                channel.get("withdrawDelay").asLong(),
                channel.get("salt").asText());
    }

    private static TokenAuthorization authorization(JsonNode args) {
        return new TokenAuthorization(
                address(args.get(0)),
                address(args.get(1)),
                number(args.get(2)),
                number(args.get(3)),
                number(args.get(4)),
                bytes32(args.get(5)));
    }

    private static Signature signature(JsonNode text) {
        return Signature.parse(text.asText()).orElseThrow();
    }

    private static ChannelId channel(JsonNode text) {
        return new ChannelId(text.asText());
    }

    private static Address address(JsonNode text) {
        return Address.of(text.asText());
    }

    private static Bytes32 bytes32(JsonNode text) {
        return new Bytes32(text.asText());
    }

    private static BigInteger number(JsonNode text) {
        return new BigInteger(text.asText());
    }

    private static byte[] bytes(JsonNode text) {
        return Hex.decode(text.asText());
    }
}
