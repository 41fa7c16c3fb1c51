package io.tallystick.metering.usage.importing;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Cuts a stream into records, each ended by a line feed or the stream's end. Holds one record at a time, however long the
 * stream is.
 */
final class RecordReader {
    private static final int BUFFER = 16 * 1024;

    private final InputStream in;
    private final boolean quotes;
    private final int longestRecord;
    private final byte[] buffer = new byte[BUFFER];
    private long left;
    private int at;
    private int end;

    /**
     * @param quotes whether a line feed between double quotes belongs to the record, as in CSV
     * @param longestRecord in bytes
     * @param longest most bytes of the whole stream
     */
    RecordReader(InputStream in, boolean quotes, int longestRecord, long longest) {
        this.in = requireNonNull(in, "in");
        this.quotes = quotes;
        this.longestRecord = longestRecord;
        left = longest;
    }

    /** One record of the stream, or its end. */
    sealed interface Read {

        /** Without what ended it. */
        @SuppressWarnings("ArrayRecordComponent") // made once, read once, never compared
        record Line(byte[] bytes) implements Read {}

        /** Longer than a record may be; it was passed over. */
        record TooLong() implements Read {}

        record End() implements Read {}
    }

    /** The stream is longer than it may be: what follows is not read. */
    static final class TooMuchException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    Read next() throws IOException {
        var record = new ByteArrayOutputStream();
        var length = 0L;
        var quoted = false;
        for (var read = read(); ; read = read()) {
            if (read < 0 && length == 0) {
                return new Read.End();
            }
            if (read < 0 || (read == '\n' && !quoted)) {
                return length > longestRecord ? new Read.TooLong() : new Read.Line(withoutReturn(record));
            }
            quoted ^= quotes && read == '"';
            if (++length <= longestRecord) {
                record.write(read);
            }
        }
    }

    private int read() throws IOException {
        if (at == end) {
            end = in.read(buffer);
            at = 0;
            if (end < 0) {
                end = 0;
                return -1;
            }
            left -= end;
            if (left < 0) {
                throw new TooMuchException();
            }
        }
        return buffer[at++];
    }

    private static byte[] withoutReturn(ByteArrayOutputStream record) {
        var bytes = record.toByteArray();
        var length = bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
        return length == bytes.length ? bytes : java.util.Arrays.copyOf(bytes, length);
    }
}
