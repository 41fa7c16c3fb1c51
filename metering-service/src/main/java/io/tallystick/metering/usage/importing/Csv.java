package io.tallystick.metering.usage.importing;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rows of comma-separated values after RFC 4180, in UTF-8. The first names the columns.
 *
 * @param columns in their order, each once
 */
record Csv(List<String> columns) {
    /** Columns that become attributes of the event; each other becomes a member of its data. */
    static final Set<String> ATTRIBUTES = Set.of("id", "source", "type", "subject", "time");

    /** What {@link #of} accepts, for an error's text. */
    static final String RULE =
            "The first line must name the columns, each once and at most 64: type, subject and time, "
                    + "perhaps id and source; each other becomes a member of the event's data.";

    private static final Set<String> NEEDED = Set.of("type", "subject", "time");
    private static final int MOST_COLUMNS = 64;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    Csv {
        columns = List.copyOf(columns);
    }

    /** Empty if {@link #RULE} is broken. */
    static Optional<Csv> of(byte[] header) {
        return cells(header)
                .filter(names -> names.size() <= MOST_COLUMNS
                        && names.stream().noneMatch(String::isBlank)
                        && new HashSet<>(names).size() == names.size()
                        && names.containsAll(NEEDED))
                .map(Csv::new);
    }

    /** The row's cells by column, without the empty ones; empty if it is not a row of these columns. */
    Optional<Map<String, String>> row(byte[] record) {
        return cells(record).filter(cells -> cells.size() == columns.size()).map(cells -> {
            var row = new LinkedHashMap<String, String>();
            for (int i = 0; i < cells.size(); i++) {
                if (!cells.get(i).isEmpty()) {
                    row.put(columns.get(i), cells.get(i));
                }
            }
            return row;
        });
    }

    /** Empty if it is not UTF-8, or a quote stands where none may. */
    private static Optional<List<String>> cells(byte[] record) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(record))
                    .toString();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
        if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
            text = text.substring(1);
        }
        var cells = new ArrayList<String>();
        var at = 0;
        do {
            var quoted = at < text.length() && text.charAt(at) == '"';
            var end = quoted ? endOfQuoted(text, at + 1) : endOfPlain(text, at);
            if (end < 0 || (end < text.length() && text.charAt(end) != ',')) {
                return Optional.empty();
            }
            cells.add(quoted ? text.substring(at + 1, end - 1).replace("\"\"", "\"") : text.substring(at, end));
            at = end + 1;
        } while (at <= text.length());
        return Optional.of(cells);
    }

    /** After the closing quote; -1 if there is none. */
    private static int endOfQuoted(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == '"') {
                if (i + 1 == text.length() || text.charAt(i + 1) != '"') {
                    return i + 1;
                }
                i++;
            }
        }
        return -1;
    }

    /** -1 if there is a quote in it. */
    private static int endOfPlain(String text, int from) {
        var comma = text.indexOf(',', from);
        var end = comma < 0 ? text.length() : comma;
        return text.substring(from, end).indexOf('"') < 0 ? end : -1;
    }
}
