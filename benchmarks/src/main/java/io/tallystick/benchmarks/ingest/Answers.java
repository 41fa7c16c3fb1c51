package io.tallystick.benchmarks.ingest;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Finds the answers in what a connection receives: HTTP/1.1 with a content-length, and nothing else of it. */
public final class Answers {

    private static final int MOST_BYTES = 64 * 1024;
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String LENGTH = "\r\ncontent-length:";

    private final ByteBuffer received = ByteBuffer.allocate(MOST_BYTES);

    public record Answer(int status, String body) {}

    /**
     * Takes what has arrived.
     *
     * @throws EOFException if the other side has closed the connection
     */
    void receive(ReadableByteChannel channel) throws IOException {
        if (channel.read(received) < 0) {
            throw new EOFException("the service closed a connection");
        }
    }

    /** The next answer, once all of it is there. */
    Optional<Answer> next() throws IOException {
        int head = headEnd();
        if (head < 0) {
            requireRoom();
            return Optional.empty();
        }
        var lines = text(0, head);
        int end = head + contentLength(lines);
        if (received.position() < end) {
            requireRoom();
            return Optional.empty();
        }
        var answer = new Answer(Integer.parseInt(lines.substring(9, 12)), text(head, end));
        received.limit(received.position()).position(end);
        received.compact();
        return Optional.of(answer);
    }

    private void requireRoom() throws IOException {
        if (!received.hasRemaining()) {
            throw new IOException("an answer has more than " + MOST_BYTES + " bytes");
        }
    }

    private int headEnd() {
        for (int i = 0; i + HEAD_END.length <= received.position(); i++) {
            if (matches(i)) {
                return i + HEAD_END.length;
            }
        }
        return -1;
    }

    private boolean matches(int at) {
        for (int i = 0; i < HEAD_END.length; i++) {
            if (received.get(at + i) != HEAD_END[i]) {
                return false;
            }
        }
        return true;
    }

    private static int contentLength(String lines) throws IOException {
        int at = lines.toLowerCase(Locale.ROOT).indexOf(LENGTH);
        if (at < 0) {
            throw new IOException("an answer without content-length: " + lines);
        }
        int from = at + LENGTH.length();
        return Integer.parseInt(
                lines.substring(from, lines.indexOf("\r\n", from)).strip());
    }

    private String text(int from, int to) {
        return new String(received.array(), from, to - from, StandardCharsets.ISO_8859_1);
    }
}
