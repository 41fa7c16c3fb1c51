package io.tallystick.metering.otlp.signal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads one message in the encoding of protocol buffers, field by field. Whoever reads asks for the fields it knows and
 * skips the others; no array is made larger than the message.
 */
final class ProtoReader {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int LONGEST_VARINT = 10;

    private final ByteBuffer in;
    private int field;
    private int wire;

    ProtoReader(byte[] message) {
        this(ByteBuffer.wrap(message));
    }

    private ProtoReader(ByteBuffer message) {
        in = message.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Goes to the next field; false at the end. */
    boolean next() throws MalformedException {
        if (!in.hasRemaining()) {
            return false;
        }
        var tag = varint();
        field = (int) (tag >>> 3);
        wire = (int) (tag & 7);
        if (field <= 0 || tag >>> 32 != 0) {
            throw new MalformedException("not a field of a message");
        }
        return true;
    }

    /** Whether the field it stands at is of this number and encoding. */
    boolean is(int number, int encoding) {
        return field == number && wire == encoding;
    }

    long varint() throws MalformedException {
        var value = 0L;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            require(1);
            var read = in.get();
            value |= (long) (read & 0x7F) << (7 * i);
            if (read >= 0) {
                return value;
            }
        }
        throw new MalformedException("a number of more than 10 bytes");
    }

    long fixed64() throws MalformedException {
        require(Long.BYTES);
        return in.getLong();
    }

    ProtoReader message() throws MalformedException {
        var length = length();
        var message = in.slice(in.position(), length);
        in.position(in.position() + length);
        return new ProtoReader(message);
    }

    byte[] bytes() throws MalformedException {
        var bytes = new byte[length()];
        in.get(bytes);
        return bytes;
    }

    String text() throws MalformedException {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    void skip() throws MalformedException {
        switch (wire) {
            case VARINT -> varint();
            case FIXED64 -> fixed64();
            case BYTES -> bytes();
            case FIXED32 -> {
                require(Integer.BYTES);
                in.getInt();
            }
            default -> throw new MalformedException("an encoding that is not of proto3");
        }
    }

    private int length() throws MalformedException {
        var length = varint();
        if (length < 0 || length > in.remaining()) {
            throw new MalformedException("a field is longer than its message");
        }
        return (int) length;
    }

    private void require(int bytes) throws MalformedException {
        if (in.remaining() < bytes) {
            throw new MalformedException("ends within a field");
        }
    }
}
