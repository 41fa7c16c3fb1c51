package io.tallystick.metering.usage.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.metering.usage.importing.RecordReader.Read;
import io.tallystick.metering.usage.importing.RecordReader.TooMuchException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    private static final Csv COLUMNS = Csv.of(bytes("type,subject,time,note")).orElseThrow();

    @Test
    void readsCellsAsRfc4180Says() {
        assertThat(COLUMNS.row(bytes("prompt,\"a, \"\"b\"\"\",,\"two\nlines\"")))
                .contains(Map.of("type", "prompt", "subject", "a, \"b\"", "note", "two\nlines"));
        assertThat(COLUMNS.row(bytes(",,,"))).contains(Map.of());
    }

    @Test
    void readsColumnsAfterAByteOrderMark() {
        assertThat(Csv.of(bytes("\uFEFFtype,time,subject"))).contains(new Csv(List.of("type", "time", "subject")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "type,subject", "type,subject,time,", "type,subject,time,type", "type,subject,\"time"})
    void refusesColumnsThatNameNoEvents(String header) {
        assertThat(Csv.of(bytes(header))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,b,c", "a,b,c,d,e", "a,b,c,\"d", "a,b,c,\"d\"e", "a,b,c,d\"e"})
    void refusesARowThatIsNoneOfTheseColumns(String row) {
        assertThat(COLUMNS.row(bytes(row))).isEmpty();
    }

    @Test
    void refusesWhatIsNotUtf8() {
        assertThat(COLUMNS.row(new byte[] {'a', ',', (byte) 0xFF, ',', 'c', ',', 'd'}))
                .isEmpty();
    }

    @Test
    void cutsAStreamIntoRecordsWhereverItsBytesCome() throws IOException {
        var records = records(new RecordReader(slowly("a\r\n\"x\ny\"\n\nlast"), true, 10, 100));

        assertThat(records).containsExactly("a", "\"x\ny\"", "", "last");
        assertThat(records(new RecordReader(slowly("a\n\"x\ny\"\n"), false, 10, 100)))
                .containsExactly("a", "\"x", "y\"");
    }

    @Test
    void lineWithoutEndIsPassedOverAndNotKept() throws IOException {
        var records = records(new RecordReader(slowly("a\n" + "b".repeat(50_000) + "\nc\n"), false, 10, 100_000));

        assertThat(records).containsExactly("a", "too long", "c");
    }

    @Test
    void streamWithoutEndIsNotReadToIt() {
        var endless = new InputStream() {
            @Override
            public int read() {
                return 'a';
            }
        };

        assertThatThrownBy(() -> new RecordReader(endless, false, 10, 100_000).next())
                .isInstanceOf(TooMuchException.class);
    }

    private static List<String> records(RecordReader reader) throws IOException {
        var records = new ArrayList<String>();
        for (var read = reader.next(); !(read instanceof Read.End); read = reader.next()) {
            records.add(read instanceof Read.Line(var line) ? new String(line, StandardCharsets.UTF_8) : "too long");
        }
        return records;
    }

    private static InputStream slowly(String text) {
        return new ByteArrayInputStream(bytes(text)) {
            @Override
            public synchronized int read(byte[] into, int from, int length) {
                return super.read(into, from, Math.min(length, 3));
            }
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
