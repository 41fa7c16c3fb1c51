package io.tallystick.devstack.server;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/**
 * PostgreSQL from the binaries of a jar, for root and for an ordinary user. It listens on the loopback interface only
 * and trusts whoever connects there.
 */
public final class PostgresServer implements AutoCloseable {

    public static final String USER = "postgres";

    private static final Duration START = Duration.ofMinutes(2);

    private final EmbeddedPostgres postgres;
    private final long pid;

    private PostgresServer(EmbeddedPostgres postgres, long pid) {
        this.postgres = postgres;
        this.pid = pid;
    }

    /**
     * Starts a server on a new data folder and waits until it answers.
     *
     * @param binaries where the binaries are unpacked once and kept
     * @param data the new data folder
     * @param durable whether a commit waits for the disk, as in production; tests do not need it
     */
    public static PostgresServer start(Path binaries, Path data, Path log, int port, boolean durable)
            throws IOException {
        Files.createDirectories(binaries);
        var postgres = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(binaries.toFile())
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPort(port)
                .setPGStartupWait(START)
                .setOutputRedirector(Redirect.appendTo(log.toFile()))
                .setErrorRedirector(Redirect.appendTo(log.toFile()))
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("max_connections", "300")
                .setServerConfig("fsync", durable ? "on" : "off")
                .setServerConfig("full_page_writes", durable ? "on" : "off")
                .start();
        return new PostgresServer(ours(postgres, data), pid(data));
    }

    /** Another server on the same port would answer the check of readiness just as well. */
    private static EmbeddedPostgres ours(EmbeddedPostgres postgres, Path data) throws IOException {
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("show data_directory")) {
            rows.next();
            if (Path.of(rows.getString(1)).toRealPath().equals(data.toRealPath())) {
                return postgres;
            }
            throw new IOException("another PostgreSQL answers on port " + postgres.getPort());
        } catch (SQLException e) {
            throw new IOException("PostgreSQL does not answer", e);
        }
    }

    private static long pid(Path data) throws IOException {
        return Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
    }

    public long pid() {
        return pid;
    }

    public int port() {
        return postgres.getPort();
    }

    /**
     * Creates an empty database.
     *
     * @param name a valid, unquoted SQL identifier
     */
    public void createDatabase(String name) throws SQLException {
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create database " + name);
        }
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
