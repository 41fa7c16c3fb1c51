package io.tallystick.devstack.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One port for several programs. A new connection goes to the next of them and stays there; its bytes pass unread. As a
 * Kubernetes Service does it, so a client that keeps its connection does not learn that its target was taken off the
 * list, and a connection that a target refuses is not tried elsewhere.
 */
public final class Balancer implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Balancer.class.getName());

    /** Of connections that the system keeps until they are accepted. */
    private static final int BACKLOG = 512;

    /** Of connections at once; one more is closed at once. */
    private static final int MOST_CONNECTIONS = 4096;

    private static final int CONNECT_MILLIS = 5000;

    private final ServerSocket server;
    private final List<Integer> targets = new CopyOnWriteArrayList<>();
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private Balancer(ServerSocket server) {
        this.server = server;
    }

    /** Listens on a port of the loopback interface; connections are closed while there is no target. */
    public static Balancer start(int port) throws IOException {
        var server = new ServerSocket();
        try {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        var balancer = new Balancer(server);
        balancer.threads.execute(balancer::accept);
        return balancer;
    }

    public void add(int port) {
        targets.add(port);
    }

    /** New connections do not go there any more; those that are open stay. */
    public void remove(int port) {
        targets.remove(Integer.valueOf(port));
    }

    private void accept() {
        for (int turn = 0; !server.isClosed(); turn = (turn + 1) & Integer.MAX_VALUE) {
            try {
                var client = server.accept();
                var target = target(turn);
                if (target == 0 || clients.size() >= MOST_CONNECTIONS) {
                    client.close();
                } else {
                    clients.add(client);
                    threads.execute(() -> pass(client, target));
                }
            } catch (IOException e) {
                if (!server.isClosed()) {
                    LOG.log(Level.WARNING, "could not accept a connection", e);
                }
            }
        }
    }

    /** 0 when there is none. */
    private int target(int turn) {
        var now = List.copyOf(targets);
        return now.isEmpty() ? 0 : now.get(turn % now.size());
    }

    private void pass(Socket client, int port) {
        try (client;
                var target = new Socket()) {
            target.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            target.setOption(StandardSocketOptions.TCP_NODELAY, true);
            var back = threads.submit(() -> copy(target, client));
            copy(client, target);
            back.get();
        } catch (Exception e) {
            LOG.log(Level.FINE, "a connection to port " + port + " ended", e);
        } finally {
            clients.remove(client);
        }
    }

    /** Passes the end on, so that each side may still finish what it says. */
    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException _) {
            // One side is gone; so the other has to go.
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // As good as closed.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        clients.forEach(Balancer::close);
        threads.shutdownNow();
    }
}
