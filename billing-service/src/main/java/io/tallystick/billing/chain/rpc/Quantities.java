package io.tallystick.billing.chain.rpc;

import io.tallystick.billing.chain.engine.Node.NodeSilentException;
import io.tallystick.billing.chain.rpc.JsonRpc.Answer;
import java.math.BigInteger;

/** JSON-RPC's numbers: {@code 0x} and digits without leading zeros. */
final class Quantities {
    private Quantities() {}

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    static BigInteger number(Object value) {
        if (value instanceof String text && text.startsWith("0x") && text.length() > 2) {
            return new BigInteger(text.substring(2), 16);
        }
        throw new NodeSilentException("not a number: " + value, null);
    }

    static long longNumber(Object value) {
        return number(value).longValueExact();
    }

    /** @throws NodeSilentException if the node refused: for methods that have nothing to refuse */
    static Object result(Answer answer) {
        return switch (answer) {
            case Answer.Result(var value) -> value;
            case Answer.Refusal(var code, var message, var _) ->
                throw new NodeSilentException("the node refused, code=" + code + ", message=" + message, null);
        };
    }
}
