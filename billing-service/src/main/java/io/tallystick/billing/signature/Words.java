package io.tallystick.billing.signature;

import io.tallystick.billing.money.Address;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/** Values laid out one after another in words of 32 bytes, as both the ABI and EIP-712 want them. */
public final class Words {
    public static final int SIZE = 32;

    private final ByteBuffer buffer;

    /** @param count exactly how many words will follow */
    public Words(int count) {
        buffer = ByteBuffer.allocate(count * SIZE);
    }

    public Words add(Address address) {
        return add(new BigInteger(address.hex().substring(2), 16));
    }

    public Words add(Bytes32 value) {
        return add(value.bytes());
    }

    public Words add(ChannelId channel) {
        return add(Hex.decode(channel.hex()));
    }

    /** The configuration's seven fields, in the order in which the contract declares them. */
    public Words add(ChannelConfig config) {
        return add(config.payer())
                .add(config.payerAuthorizer())
                .add(config.receiver())
                .add(config.receiverAuthorizer())
                .add(config.token())
                .add(config.withdrawDelaySeconds())
                .add(Hex.decode(config.salt()));
    }

    /** The authorization's six fields, in EIP-3009's order. */
    public Words add(TokenAuthorization authorization) {
        return add(authorization.from())
                .add(authorization.to())
                .add(authorization.value())
                .add(authorization.validAfter())
                .add(authorization.validBefore())
                .add(authorization.nonce());
    }

    /** @param word 32 bytes */
    public Words add(byte[] word) {
        if (word.length != SIZE) {
            throw new IllegalArgumentException("a word has 32 bytes, not " + word.length);
        }
        buffer.put(word);
        return this;
    }

    public Words add(long value) {
        return add(BigInteger.valueOf(value));
    }

    /** @throws IllegalArgumentException unless {@code 0 <= value < 2^256} */
    public Words add(BigInteger value) {
        var bytes = requireUint(value, 256, "value").toByteArray();
        int from = bytes.length > SIZE ? 1 : 0;
        buffer.position(buffer.position() + SIZE - (bytes.length - from));
        buffer.put(bytes, from, bytes.length - from);
        return this;
    }

    /** @return {@code value}, known to fit {@code bits} */
    static BigInteger requireUint(BigInteger value, int bits, String name) {
        if (value.signum() < 0 || value.bitLength() > bits) {
            throw new IllegalArgumentException(name + " does not fit uint" + bits);
        }
        return value;
    }

    public byte[] bytes() {
        if (buffer.hasRemaining()) {
            throw new IllegalStateException(buffer.remaining() / SIZE + " words are missing");
        }
        return buffer.array();
    }
}
