package io.tallystick.billing.chain.abi;

import io.tallystick.billing.signature.Words;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * A tuple as Solidity's ABI lays it out: a head with the static values and the offsets of the others, then a tail with
 * those others. Arguments of a function are a tuple as well.
 */
final class AbiTuple {
    private static final byte[] NOTHING = {};

    private final List<byte[]> heads = new ArrayList<>();
    private final List<byte[]> tails = new ArrayList<>();

    /** Values without a length of their own; a static struct or several values at once. */
    AbiTuple add(Words values) {
        heads.add(values.bytes());
        tails.add(NOTHING);
        return this;
    }

    AbiTuple add(BigInteger value) {
        return add(new Words(1).add(value));
    }

    /** {@code bytes}: its length, then the bytes padded to whole words. */
    AbiTuple add(byte[] bytes) {
        var padded = new byte[(bytes.length + Words.SIZE - 1) / Words.SIZE * Words.SIZE];
        System.arraycopy(bytes, 0, padded, 0, bytes.length);
        return addDynamic(joined(List.of(word(bytes.length), padded)));
    }

    /** An array of dynamic elements: their number, then the elements as a tuple has them. */
    AbiTuple add(List<AbiTuple> elements) {
        var inside = new AbiTuple();
        elements.forEach(element -> inside.addDynamic(element.encode()));
        return addDynamic(joined(List.of(word(elements.size()), inside.encode())));
    }

    /** {@code bytes[]}. */
    AbiTuple addAll(List<byte[]> elements) {
        var inside = new AbiTuple();
        elements.forEach(inside::add);
        return addDynamic(joined(List.of(word(elements.size()), inside.encode())));
    }

    private AbiTuple addDynamic(byte[] encoded) {
        heads.add(word(0));
        tails.add(encoded);
        return this;
    }

    byte[] encode() {
        int offset = heads.stream().mapToInt(head -> head.length).sum();
        var parts = new ArrayList<byte[]>();
        for (int i = 0; i < heads.size(); i++) {
            var tail = tails.get(i);
            parts.add(tail.length == 0 ? heads.get(i) : word(offset));
            offset += tail.length;
        }
        parts.addAll(tails);
        return joined(parts);
    }

    private static byte[] word(int value) {
        return new Words(1).add(value).bytes();
    }

    private static byte[] joined(List<byte[]> parts) {
        var out = new ByteArrayOutputStream();
        parts.forEach(out::writeBytes);
        return out.toByteArray();
    }
}
