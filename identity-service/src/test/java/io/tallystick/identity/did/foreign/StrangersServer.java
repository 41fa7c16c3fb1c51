package io.tallystick.identity.did.foreign;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that answers whatever it likes, byte by byte, and counts who comes. */
final class StrangersServer implements AutoCloseable {

    /** Writes the whole answer, status line included. It is thrown out when the client is gone. */
    interface Script {
        void answer(String path, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket socket;
    private final Script script;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> heads = new CopyOnWriteArrayList<>();

    StrangersServer(Script script) {
        this(open("127.0.0.1", 0), script);
    }

    StrangersServer(ServerSocket socket, Script script) {
        this.socket = socket;
        this.script = script;
        Thread.ofVirtual().start(this::accept);
    }

    static ServerSocket open(String address, int port) {
        try {
            return new ServerSocket(port, 50, InetAddress.ofLiteral(address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Script content(String type, String body) {
        return (_, out) -> write(
                out, ok(type) + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    static String ok(String type) {
        return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n";
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Connections, with or without a request. */
    int connections() {
        return connections.get();
    }

    /** The requests' lines and headers. */
    List<String> heads() {
        return List.copyOf(heads);
    }

    private void accept() {
        try {
            while (true) {
                var connection = socket.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            var head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                int next = connection.getInputStream().read();
                if (next < 0) {
                    return;
                }
                head.append((char) next);
            }
            heads.add(head.toString());
            script.answer(head.toString().split(" ", 3)[1], connection.getOutputStream());
        } catch (IOException _) {
            // the client is gone
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
