package io.tallystick.benchmarks.ingest;

import io.tallystick.devstack.installation.Programs;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What PostgreSQL holds of the usage, asked without our services. */
final class Counted implements AutoCloseable {

    private static final List<String> SETTINGS = List.of(
            "server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size");

    private final Connection connection;

    Counted(int port) throws SQLException {
        connection = DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/metering?user=postgres&password=postgres");
    }

    /**
     * How many records of the log are behind the consumer: moved on in the transaction that counts them, and cheap to
     * ask.
     */
    long position() throws SQLException {
        return number("select coalesce(sum(next_offset), 0) from consumer_offset where topic = '" + Topics.USAGE + "'")
                .longValueExact();
    }

    Totals totals() throws SQLException {
        return new Totals(
                number("select count(*) from usage_record").longValueExact(),
                number("select count(distinct event_id) from usage_record").longValueExact(),
                number("select coalesce(sum(added - voided), 0) from series").longValueExact(),
                number("select count(*) from dead_letter").longValueExact());
    }

    /** Which of the subjects have a total. */
    List<String> visible(Collection<String> subjects) throws SQLException {
        var found = new ArrayList<String>();
        try (var statement =
                connection.prepareStatement("select subject from series where tenant = ? and subject = any(?)")) {
            statement.setString(1, Programs.TENANT);
            statement.setArray(2, connection.createArrayOf("text", subjects.toArray()));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        }
        return found;
    }

    Map<String, String> settings() throws SQLException {
        var settings = new LinkedHashMap<String, String>();
        try (var statement = connection.createStatement()) {
            for (var name : SETTINGS) {
                try (var rows = statement.executeQuery("show " + name)) {
                    rows.next();
                    settings.put(name, rows.getString(1));
                }
            }
        }
        return settings;
    }

    private BigDecimal number(String query) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getBigDecimal(1);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /**
     * What was counted.
     *
     * @param events rows of raw events
     * @param ids different ids among them
     * @param tokens sum of the series
     * @param deadLetters events that were acknowledged and not counted
     */
    record Totals(long events, long ids, long tokens, long deadLetters) {

        /** Whether each acknowledged event, and nothing else, was counted once. */
        boolean exactly(long acknowledged, long acknowledgedTokens) {
            return events == acknowledged && ids == acknowledged && tokens == acknowledgedTokens && deadLetters == 0;
        }
    }
}
