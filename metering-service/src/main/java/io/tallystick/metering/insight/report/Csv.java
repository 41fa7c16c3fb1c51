package io.tallystick.metering.insight.report;

import java.util.List;
import java.util.stream.Collectors;

/** Lines of comma-separated values after RFC 4180. */
final class Csv {
    private final StringBuilder text = new StringBuilder();

    Csv(String... head) {
        line(List.of(head));
    }

    void line(List<String> values) {
        text.append(values.stream().map(Csv::quoted).collect(Collectors.joining(",", "", "\r\n")));
    }

    String text() {
        return text.toString();
    }

    /** A text that a spreadsheet would take for a formula is led by an apostrophe; a number is none. */
    private static String quoted(String value) {
        var plain = value.matches("(?s)[=+\\-@\t\r].*") && !value.matches("-[0-9]+(\\.[0-9]+)?") ? "'" + value : value;
        return plain.matches("(?s).*[\",\r\n].*") ? '"' + plain.replace("\"", "\"\"") + '"' : plain;
    }
}
