package io.tallystick.billing.chain.abi;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Keccak;
import java.util.Arrays;

/** How a function and its arguments become a call. */
final class Functions {
    private Functions() {}

    /** @param function name and types, such as {@code transfer(address,uint256)} */
    static Call call(Address to, String function, AbiTuple arguments) {
        var encoded = arguments.encode();
        var data = Arrays.copyOf(Keccak.hash(function.getBytes(US_ASCII)), 4 + encoded.length);
        System.arraycopy(encoded, 0, data, 4, encoded.length);
        return Call.of(to, data);
    }
}
