package io.tallystick.billing.chain.engine;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.chain.Attempt;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Fees;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Hex;
import io.tallystick.billing.signature.Keccak;
import io.tallystick.billing.signature.PrivateKey;
import io.tallystick.billing.signature.Secp256k1;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Signs EIP-1559 transactions of one key on one chain: no value, no access list. */
public final class RawTransactions {
    private static final byte TYPE = 0x02;

    private final long chainId;
    private final PrivateKey key;
    private final Secp256k1 secp256k1;
    private final Address signer;

    public RawTransactions(long chainId, PrivateKey key, Secp256k1 secp256k1) {
        this.chainId = chainId;
        this.key = requireNonNull(key, "key");
        this.secp256k1 = requireNonNull(secp256k1, "secp256k1");
        this.signer = secp256k1.address(key);
    }

    public long chainId() {
        return chainId;
    }

    public Address signer() {
        return signer;
    }

    public Attempt sign(Call call, long nonce, Fees fees, long gasLimit, Instant now) {
        var fields = fields(call, nonce, fees, gasLimit);
        var signature = secp256k1.sign(Bytes32.of(Keccak.hash(encoded(fields))), key);
        fields.add(number(signature.recoveryId()));
        fields.add(number(new BigInteger(1, signature.r().bytes())));
        fields.add(number(new BigInteger(1, signature.s().bytes())));
        var raw = encoded(fields);
        return new Attempt(Bytes32.of(Keccak.hash(raw)), nonce, Hex.encode(raw), fees, gasLimit, now);
    }

    private List<byte[]> fields(Call call, long nonce, Fees fees, long gasLimit) {
        return new ArrayList<>(List.of(
                number(chainId),
                number(nonce),
                number(fees.tipWei()),
                number(fees.maxFeeWei()),
                number(gasLimit),
                Rlp.string(Hex.decode(call.to().hex())),
                number(0),
                Rlp.string(Hex.decode(call.data())),
                Rlp.list(List.of())));
    }

    private static byte[] encoded(List<byte[]> fields) {
        var list = Rlp.list(fields);
        var typed = new byte[list.length + 1];
        typed[0] = TYPE;
        System.arraycopy(list, 0, typed, 1, list.length);
        return typed;
    }

    private static byte[] number(long value) {
        return number(BigInteger.valueOf(value));
    }

    private static byte[] number(BigInteger value) {
        return Rlp.number(value);
    }
}
