package io.tallystick.metering;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** {@link MeteringStack} with a proxy before the database, which can be made deaf or go away. Waits are short. */
public final class DatabaseBehindProxy extends MeteringStack {
    /** A system property, because the tests have another class loader. */
    private static final String STATE = "tallystick.test.database";

    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private ServerSocket server;

    /** What the database does. */
    public enum State {
        ANSWERS,
        /** Takes everything and answers nothing, as a machine does that hangs. */
        DEAF,
        /** Closes every connection at once. */
        GONE
    }

    public static void is(State state) {
        System.setProperty(STATE, state.name());
    }

    private static State state() {
        return State.valueOf(System.getProperty(STATE, State.ANSWERS.name()));
    }

    @Override
    public Map<String, String> start() {
        var config = super.start();
        var database = config.get("quarkus.datasource.reactive.url");
        var uri = URI.create(database);
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(() -> accept(uri));
        Thread.ofVirtual().start(this::closeWhenGone);
        config.put(
                "quarkus.datasource.reactive.url",
                database.replace(
                        uri.getHost() + ":" + uri.getPort(),
                        server.getInetAddress().getHostAddress() + ":" + server.getLocalPort()));
        config.put("tallystick.database.acquire-timeout", "2s");
        config.put("tallystick.database.statement-timeout", "5s");
        config.put("tallystick.database.silence", "6s");
        config.put("tallystick.usage.statement-timeout", "5s");
        config.put("tallystick.request-timeout", "8s");
        return config;
    }

    @Override
    public void stop() {
        close(server);
        super.stop();
    }

    private void accept(URI database) {
        while (!server.isClosed()) {
            try {
                var client = server.accept();
                open.add(client);
                if (state() == State.GONE) {
                    continue;
                }
                var target = new Socket(database.getHost(), database.getPort());
                open.add(target);
                Thread.ofVirtual().start(() -> pass(client, target));
                Thread.ofVirtual().start(() -> pass(target, client));
            } catch (IOException e) {
                // Closed: the loop's condition says so.
            }
        }
    }

    private void pass(Socket from, Socket to) {
        var buffer = new byte[8192];
        try {
            for (int length; (length = from.getInputStream().read(buffer)) >= 0; ) {
                while (state() == State.DEAF) {
                    pause();
                }
                to.getOutputStream().write(buffer, 0, length);
            }
        } catch (IOException e) {
            // One side closed; the other is closed too.
        } finally {
            close(from);
            close(to);
        }
    }

    private void closeWhenGone() {
        while (!server.isClosed()) {
            if (state() == State.GONE) {
                open.forEach(this::close);
            }
            pause();
        }
    }

    private void close(AutoCloseable socket) {
        try {
            open.remove(socket);
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
