package io.tallystick.metering.otlp.signal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Writes protocol buffers for tests, after the encoding's own page and not after the reader. */
public final class Proto {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public Proto number(int field, long value) {
        varint((long) field << 3);
        varint(value);
        return this;
    }

    public Proto fixed(int field, long value) {
        varint(((long) field << 3) | 1);
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    public Proto decimal(int field, double value) {
        return fixed(field, Double.doubleToRawLongBits(value));
    }

    public Proto bytes(int field, byte[] value) {
        varint(((long) field << 3) | 2);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    public Proto hex(int field, String value) {
        return bytes(field, HexFormat.of().parseHex(value));
    }

    public Proto text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    public Proto in(int field, Proto message) {
        return bytes(field, message.toBytes());
    }

    /** A KeyValue. */
    public Proto attribute(int field, String name, String value) {
        return in(field, new Proto().text(1, name).in(2, new Proto().text(1, value)));
    }

    public Proto attribute(int field, String name, long value) {
        return in(field, new Proto().text(1, name).in(2, new Proto().number(3, value)));
    }

    public byte[] toBytes() {
        return out.toByteArray();
    }

    private void varint(long value) {
        var rest = value;
        for (; rest >>> 7 != 0; rest >>>= 7) {
            out.write((int) ((rest & 0x7F) | 0x80));
        }
        out.write((int) rest);
    }
}
