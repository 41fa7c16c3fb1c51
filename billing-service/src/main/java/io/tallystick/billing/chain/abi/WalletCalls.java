package io.tallystick.billing.chain.abi;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Words;
import java.util.Arrays;
import java.util.HexFormat;

/** The call of a contract that signs, such as a multisig (ERC-1271). */
public final class WalletCalls {
    /** The answer that means yes, in a word of its own. An address that echoes its input does not give it. */
    private static final byte[] YES = HexFormat.of().parseHex("1626ba7e" + "0".repeat(56));

    private final Address wallet;

    public WalletCalls(Address wallet) {
        this.wallet = requireNonNull(wallet, "wallet");
    }

    /** Asks whether the wallet stands by {@code signature}; {@link #isYes} reads the answer. */
    public Call isValidSignature(Bytes32 digest, byte[] signature) {
        return Functions.call(
                wallet,
                "isValidSignature(bytes32,bytes)",
                new AbiTuple().add(new Words(1).add(digest)).add(signature));
    }

    public static boolean isYes(byte[] answer) {
        return Arrays.equals(answer, YES);
    }
}
