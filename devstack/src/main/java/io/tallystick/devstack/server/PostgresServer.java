package io.tallystick.devstack.server;

import io.tallystick.devstack.process.Reaper;
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

    private PostgresServer(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    /** What a commit waits for. {@code NONE} is faster and loses data with the machine, never with the process. */
    public enum Durability {
        DISK,
        NONE
    }

    /**
     * Starts a server on a new data folder and waits until it answers.
     *
     * @param binaries where the binaries are unpacked once and kept
     * @param data the new data folder
     */
    public static PostgresServer start(
            Path binaries, Path data, Path log, int port, Durability durability, Reaper reaper) throws IOException {
        var onOff = durability == Durability.DISK ? "on" : "off";
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
                // The library's default is off: a commit would be answered before it is anywhere but in memory.
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("fsync", onOff)
                .setServerConfig("full_page_writes", onOff)
                .start();
        reaper.watch(pid(data));
        return new PostgresServer(ours(postgres, data));
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
